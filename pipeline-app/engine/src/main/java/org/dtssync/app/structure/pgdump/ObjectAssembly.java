package org.dtssync.app.structure.pgdump;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.structure.Withdrawal;
import org.dtssync.app.structure.pgdump.CheckedDefinition.Check;
import org.dtssync.app.structure.pgdump.EntryKind.Role;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/**
 * Turns the migrated entries of an archive into objects with a section each. The order is the archive's, which puts each entry
 * after those it needs; only checks are taken out of their tables. Used for one reading, by one thread.
 */
final class ObjectAssembly {

    private static final String PUBLIC = "public";
    /** Every server has it. */
    private static final String STANDARD_COMMENT = "'standard public schema'";

    private static final String PUBLIC_TAG = "SCHEMA public";
    private static final String COMMENT_ON_CONSTRAINT = "COMMENT ON CONSTRAINT ";

    private final Archive archive;
    private final CarriedEntries carried;
    private final SourceCatalog catalog;
    private final ObjectSelection selection;
    private final ReorderedChildren reordered;
    private final InheritedColumns inherited;
    private final ObjectNames names;
    private final EntryStatements statements;
    private final Map<Integer, TocEntry> byId = new HashMap<>();
    private final Map<Integer, List<TocEntry>> attached = new HashMap<>();
    private final List<TocEntry> publicComments = new ArrayList<>();
    private final List<TocEntry> grantsOfOthers = new ArrayList<>();
    private final Map<Section, List<StructureObject>> objects = new HashMap<>();
    private final Map<Integer, Section> sections = new HashMap<>();
    private final CheckObjects checks;
    private final List<StructureObject> late = new ArrayList<>();

    /**
     * Creates it.
     *
     * @param reordered tables whose columns INHERITS would put into another order
     * @param inherited what the archive does not have of columns of parents
     */
    ObjectAssembly(
            Archive archive,
            CarriedEntries carried,
            SourceCatalog catalog,
            ObjectSelection selection,
            ReorderedChildren reordered,
            InheritedColumns inherited) {
        this.reordered = reordered;
        this.inherited = inherited;
        this.archive = archive;
        this.carried = carried;
        this.catalog = catalog;
        this.selection = selection;
        this.names = new ObjectNames(catalog);
        this.checks = new CheckObjects(catalog, names);
        this.statements = new EntryStatements(selection.owners(), archive.major());
        archive.entries().forEach(entry -> byId.put(entry.id(), entry));
    }

    /** Returns all objects, numbered, those of a section in the order in which they can be created. */
    List<StructureObject> objects() {
        archive.entries().stream()
                .filter(entry -> entry.kind().role() == Role.ATTACHED)
                .forEach(this::attach);
        Set<Integer> keys = keys();
        if (selection.touchesSchema(PUBLIC)) {
            addPublicSchema();
        }
        CreationOrder order = CreationOrder.of(carried, checks);
        for (TocEntry entry : order.entries()) {
            if (order.earlyChecks().contains(entry)) {
                addDomainCheck(entry);
            } else if (!isPublicSchema(entry)) {
                add(entry, section(entry, keys));
            }
        }
        order.entries().stream().filter(entry -> entry.is(EntryKind.TABLE)).forEach(this::addOfInheritedChecks);
        grantsOfOthers.forEach(entry -> add(
                "grants",
                entry.schema() + "." + plain(entry.tag()),
                Section.POST_DATA,
                List.of(),
                List.of(statements.ofAttached(entry))));
        return numbered();
    }

    private List<StructureObject> of(Section section) {
        return objects.computeIfAbsent(section, none -> new ArrayList<>());
    }

    private List<StructureObject> numbered() {
        List<StructureObject> post = of(Section.POST_DATA);
        List<StructureObject> last = post.stream()
                .filter(object -> object.kind().equals(EntryKind.DEFAULT_ACL.label()))
                .toList();
        // Default privileges would apply to whatever is created after them.
        post.removeAll(last);
        post.addAll(last);
        post.addAll(0, checks.early());
        post.addAll(checks.late());
        post.addAll(late);
        List<StructureObject> numbered = new ArrayList<>();
        for (Section section : Section.values()) {
            of(section).forEach(object -> numbered.add(object.at(numbered.size() + 1)));
        }
        return numbered;
    }

    private void attach(TocEntry entry) {
        Optional<TocEntry> parent = parent(entry);
        boolean isWanted = !entry.is(EntryKind.ACL) || selection.owners() == Owners.KEEP;
        if (plain(entry.tag()).equals(PUBLIC_TAG)) {
            // The grants are written for the archive's version of the schema.
            if (entry.is(EntryKind.COMMENT)) {
                publicComments.add(entry);
            }
        } else if (parent.isEmpty()) {
            if (isWanted
                    && entry.is(EntryKind.ACL)
                    && !entry.schema().isEmpty()
                    && !entry.schema().startsWith("pg_")) {
                grantsOfOthers.add(entry);
            }
        } else if (isWanted && !(parent.get().is(EntryKind.EXTENSION) && !hasOwnComment(parent.get()))) {
            attached.computeIfAbsent(parent.get().id(), id -> new ArrayList<>()).add(entry);
        }
    }

    /** Returns what an entry is added to: grants also depend on others of the same table. */
    private Optional<TocEntry> parent(TocEntry entry) {
        return entry.dependencies().stream()
                .map(byId::get)
                .filter(Objects::nonNull)
                .filter(candidate -> !candidate.is(EntryKind.ACL))
                .filter(candidate -> !entry.is(EntryKind.TABLE_ATTACH)
                        || (candidate.tag().equals(entry.tag())
                                && candidate.schema().equals(entry.schema())))
                .findFirst();
    }

    /** Where every name is quoted, the tags of what is attached are too. */
    private static String plain(String tag) {
        return tag.replace("\"", "");
    }

    /** Every extension comes with a comment, which only its owner may set; it may have been taken away. */
    private boolean hasOwnComment(TocEntry entry) {
        return entry.is(EntryKind.EXTENSION) && catalog.commentedExtensions().contains(entry.tag());
    }

    private List<TocEntry> attachedTo(TocEntry entry) {
        return attached.getOrDefault(entry.id(), List.of());
    }

    /** Returns the entries that the applier needs to find rows, with what they need that the archive creates late. */
    private Set<Integer> keys() {
        Deque<TocEntry> open = new ArrayDeque<>(
                carried.inOrder().stream().filter(this::isOfReplicaIdentity).toList());
        Set<Integer> keys = new HashSet<>();
        while (!open.isEmpty()) {
            TocEntry entry = open.pop();
            if (keys.add(entry.id())) {
                carried.needs(entry).stream()
                        .filter(needed -> carried.contains(needed) && needed.section() == TocEntry.Section.POST_DATA)
                        .forEach(open::push);
            }
        }
        return keys;
    }

    private boolean isOfReplicaIdentity(TocEntry entry) {
        if (entry.is(EntryKind.INDEX_ATTACH)) {
            return carried.needs(entry).stream()
                    .filter(index -> index.is(EntryKind.INDEX, EntryKind.CONSTRAINT))
                    .allMatch(this::isOfReplicaIdentity);
        }
        return entry.is(EntryKind.INDEX, EntryKind.CONSTRAINT)
                && catalog.part(entry)
                        .filter(part -> catalog.replicaIdentities().contains(part.index()))
                        .isPresent();
    }

    /**
     * What needs something late is late itself, whatever the archive says: the program counts a function over a materialized view that
     * needs a key among what comes before the data.
     */
    private Section section(TocEntry entry, Set<Integer> keys) {
        Section section = Section.PRE_DATA;
        if (keys.contains(entry.id())) {
            section = Section.KEYS;
        } else if (entry.section() == TocEntry.Section.POST_DATA) {
            section = Section.POST_DATA;
        } else if (!entry.is(EntryKind.TABLE)) {
            for (TocEntry needed : carried.needs(entry)) {
                Section other = sections.getOrDefault(needed.id(), Section.PRE_DATA);
                section = other.compareTo(section) > 0 ? other : section;
            }
        }
        sections.put(entry.id(), section);
        return section;
    }

    private void addPublicSchema() {
        List<String> sql = new ArrayList<>();
        carried.inOrder().stream()
                .filter(ObjectAssembly::isPublicSchema)
                .filter(entry -> !catalog.isPublicByDefault())
                .findFirst()
                .ifPresentOrElse(
                        entry -> sql.addAll(statements.of(entry, entry.definition())),
                        () -> sql.add("CREATE SCHEMA IF NOT EXISTS public"));
        if (selection.owners() == Owners.KEEP) {
            // What PUBLIC may do there depends on the version of the server.
            sql.add("REVOKE ALL ON SCHEMA public FROM PUBLIC");
            sql.addAll(catalog.publicGrants());
        }
        publicComments.stream()
                .map(statements::ofAttached)
                .filter(comment -> !comment.contains(STANDARD_COMMENT))
                .forEach(sql::add);
        add(EntryKind.SCHEMA.label(), PUBLIC, Section.PRE_DATA, List.of(), sql);
    }

    private static boolean isPublicSchema(TocEntry entry) {
        return entry.is(EntryKind.SCHEMA) && entry.tag().equals(PUBLIC);
    }

    private void add(TocEntry entry, Section section) {
        if (entry.is(EntryKind.TABLE) || entry.is(EntryKind.DOMAIN)) {
            addWithChecks(entry, section);
        } else if (entry.is(EntryKind.CHECK_CONSTRAINT)) {
            addSeparateCheck(entry);
        } else if (entry.is(EntryKind.EVENT_TRIGGER)) {
            addEventTrigger(entry);
        } else {
            String definition = entry.is(EntryKind.PROCEDURAL_LANGUAGE)
                    ? catalog.languages().getOrDefault(entry.oid(), entry.definition())
                    : withoutOwnNull(entry);
            List<String> sql = statements.of(entry, definition);
            attachedTo(entry).forEach(other -> sql.add(statements.ofAttached(other)));
            if (hasOwnComment(entry) && attachedTo(entry).isEmpty()) {
                sql.add("COMMENT ON EXTENSION " + Identifiers.quote(entry.tag()) + " IS NULL");
            }
            Optional.ofNullable(catalog.identityTypes().get(entry.oid())).ifPresent(sql::add);
            sql.addAll(dependentGrants(entry));
            add(names.kind(entry), names.name(entry), section, tables(entry), sql);
            if (entry.is(EntryKind.MATERIALIZED_VIEW)) {
                addRefresh(entry);
            }
        }
    }

    private void addWithChecks(TocEntry entry, Section section) {
        CheckedDefinition checked = entry.is(EntryKind.TABLE)
                ? CheckedDefinition.ofTable(inherited.named(entry))
                : CheckedDefinition.ofDomain(
                        entry.definition(), catalog.unsteadyDomainChecks().getOrDefault(entry.oid(), Set.of()));
        Map<String, String> comments = new HashMap<>();
        List<String> sql = statements.of(entry, inOrderOfColumns(entry, checked.definition()));
        if (entry.is(EntryKind.TABLE)) {
            sql.addAll(requiredLater(entry, checked));
            Optional.ofNullable(inherited.changes().get(entry.oid())).ifPresent(sql::add);
        }
        for (TocEntry other : attachedTo(entry)) {
            String text = statements.ofAttached(other);
            String constraint = commentedConstraint(text);
            if (checked.checks().stream().anyMatch(check -> check.name().equals(constraint))) {
                comments.put(constraint, text);
            } else {
                sql.add(text);
            }
        }
        sql.addAll(dependentGrants(entry));
        add(names.kind(entry), names.name(entry), section, tables(entry), sql);
        for (Check check : checked.checks()) {
            String comment = comments.getOrDefault(check.name(), "");
            if (entry.is(EntryKind.TABLE)) {
                checks.addOfTable(entry, check, comment);
            } else {
                checks.addOfDomain(entry, check, comment);
            }
        }
    }

    private List<String> dependentGrants(TocEntry entry) {
        return selection.owners() == Owners.KEEP
                ? Optional.ofNullable(catalog.dependentGrants().get(entry.catalogId()))
                        .map(sql -> sql.substring(";\n".length()))
                        .stream()
                        .toList()
                : List.of();
    }

    /** Where a child does not have its parent's default, the program sets NULL, which is a default of its own for a domain. */
    private static String withoutOwnNull(TocEntry entry) {
        return entry.is(EntryKind.DEFAULT) && entry.oid() == 0
                ? entry.definition().replaceFirst(" SET DEFAULT NULL;\\s*\\z", " DROP DEFAULT;")
                : entry.definition();
    }

    /** Rules that forbid NULL in a parent's column, if they have no name: such a clause is new in version 18, and so are the names. */
    private static List<String> requiredLater(TocEntry table, CheckedDefinition checked) {
        String name = new TableName(table.schema(), table.tag()).sql();
        return checked.required().stream()
                .map(column -> "ALTER TABLE ONLY " + name + " ALTER COLUMN " + column + " SET NOT NULL")
                .toList();
    }

    /** A child of INHERITS gets its parents' columns first; where it has another order, it becomes a child afterwards. */
    private String inOrderOfColumns(TocEntry entry, String definition) {
        boolean isPartition = attachedTo(entry).stream().anyMatch(other -> other.is(EntryKind.TABLE_ATTACH));
        if (isPartition) {
            // It is attached, so nothing is inherited that a default of NULL would be against.
            return SqlText.without(definition, " DEFAULT NULL");
        }
        return entry.is(EntryKind.TABLE)
                ? reordered.of(new TableName(entry.schema(), entry.tag())).orElse(definition)
                : definition;
    }

    /** Returns the name of the constraint that a comment is on, or an empty text. */
    private static String commentedConstraint(String comment) {
        return comment.startsWith(COMMENT_ON_CONSTRAINT)
                ? SqlText.unquoted(SqlText.leadingName(comment.substring(COMMENT_ON_CONSTRAINT.length())))
                : "";
    }

    private void addDomainCheck(TocEntry entry) {
        List<String> sql = new ArrayList<>(List.of(SqlText.withoutEnd(entry.definition())));
        attachedTo(entry).forEach(other -> sql.add(statements.ofAttached(other)));
        TocEntry domain = checks.domain(sql.get(0), carried.needs(entry));
        String name = catalog.part(entry).orElseThrow().name();
        add(
                "domain-constraint",
                new TableName(domain.schema(), domain.tag()) + "." + name,
                Section.PRE_DATA,
                List.of(),
                sql);
    }

    private void addSeparateCheck(TocEntry entry) {

        String comment = attachedTo(entry).stream()
                .map(statements::ofAttached)
                .reduce((a, b) -> a + ";\n" + b)
                .orElse("");
        checks.addSeparate(entry, carried.needs(entry), comment);
    }

    /** An event trigger acts, and a view is filled, only at a destination that is open for applications. */
    private void addEventTrigger(TocEntry entry) {
        List<String> parts = SqlText.split(SqlText.withoutEnd(entry.definition()), ";");
        String name = Identifiers.quote(entry.tag());
        String off = "ALTER EVENT TRIGGER " + name + " DISABLE";
        List<String> sql = statements.of(entry, parts.get(0));
        attachedTo(entry).forEach(other -> sql.add(statements.ofAttached(other)));
        sql.add(off);
        add("event-trigger", entry.tag(), Section.POST_DATA, List.of(), sql);
        String state = parts.size() > 1 ? parts.get(1).strip() : "ALTER EVENT TRIGGER " + name + " ENABLE";
        if (!state.endsWith("DISABLE")) {
            late.add(object(
                    ObjectNames.LATE + "event-trigger-state",
                    entry.tag(),
                    Section.POST_DATA,
                    List.of(),
                    List.of(state, Withdrawal.comment(off))));
        }
    }

    private void addRefresh(TocEntry view) {
        if (catalog.populatedViews().contains(view.oid())) {
            TableName name = new TableName(view.schema(), view.tag());
            late.add(object(
                    ObjectNames.LATE + "refresh",
                    name.toString(),
                    Section.POST_DATA,
                    List.of(name),
                    List.of("REFRESH MATERIALIZED VIEW " + name.sql())));
        }
    }

    /** The archive does not say everything about a check that a table only inherits. */
    private void addOfInheritedChecks(TocEntry table) {
        checks.addValidations(table);
        TableName name = new TableName(table.schema(), table.tag());
        catalog.inheritedComments()
                .getOrDefault(table.oid(), Map.of())
                .forEach((check, comment) ->
                        add("comment", name + "." + check, Section.POST_DATA, List.of(name), List.of(comment)));
    }

    private List<TableName> tables(TocEntry entry) {
        if (entry.is(EntryKind.INDEX_ATTACH)) {
            return tablesOf(carried.needs(entry));
        }
        if (entry.is(EntryKind.SEQUENCE_OWNED_BY)) {
            return carried.needs(entry).stream()
                    .flatMap(sequence ->
                            catalog.relation(catalog.owningTables().getOrDefault(sequence.oid(), 0L)).stream())
                    .toList();
        }
        List<TableName> tables = new ArrayList<>(names.tables(entry));
        if (entry.is(EntryKind.DEFAULT) && tables.isEmpty()) {
            return tablesOf(carried.needs(entry));
        }
        if (entry.is(EntryKind.TABLE)) {
            // Its parent comes after itself.
            attachedTo(entry).stream()
                    .filter(other -> other.is(EntryKind.TABLE_ATTACH))
                    .flatMap(other -> tablesOf(carried.needs(other)).stream())
                    .filter(other -> !tables.contains(other))
                    .forEach(tables::add);
        }
        return tables;
    }

    private static List<TableName> tablesOf(List<TocEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.is(EntryKind.TABLE))
                .map(entry -> new TableName(entry.schema(), entry.tag()))
                .toList();
    }

    private void add(String kind, String name, Section section, List<TableName> tables, List<String> sql) {
        of(section).add(object(kind, name, section, tables, sql));
    }

    private StructureObject object(
            String kind, String name, Section section, List<TableName> tables, List<String> sql) {
        return new StructureObject(0, names.unique(kind, name), kind, section, tables, String.join(";\n", sql));
    }
}
