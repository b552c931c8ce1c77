package org.dtssync.app.inventory;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.LargeObjects;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.ObjectSelection.Unlogged;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.jspecify.annotations.Nullable;

/**
 * Gives each object of the source its verdict. An object is carried only if a statement of the task makes it; it is left out only if the
 * selection says so; every other one has to be made by hand. Used for one inventory, by one thread.
 */
public final class Judgement {

    private static final String TABLE = "table";
    private static final String LARGE_OBJECT = "large object";
    private static final String UNLOGGED_ROWS = "unlogged rows";

    /** No statement of the task contains them, but each switch copies them. */
    private static final Set<String> AT_THE_SWITCH =
            Set.of("sequence value", UNLOGGED_ROWS, "rows without sent columns");

    private static final Set<String> PATTERNED = Set.of(TABLE, "foreign table", "view", "materialized view");

    private final CatalogObjects catalog;
    private final ObjectSelection selection;
    private final MadeStatements made;
    private final Map<ObjectKey, CatalogObject> rows = new HashMap<>();
    private final IdentityHashMap<CatalogObject, Decision> decisions = new IdentityHashMap<>();
    private final Map<ObjectKey, Set<ObjectKey>> neededLeftOut = new LinkedHashMap<>();
    private final Needs needs;

    private record Decision(Verdict verdict, String reason, Optional<CatalogObject> within) {
        Decision(Verdict verdict, String reason) {
            this(verdict, reason, Optional.empty());
        }
    }

    private Judgement(CatalogObjects catalog, ObjectSelection selection, Collection<StructureObject> statements) {
        this.catalog = catalog;
        this.selection = selection;
        this.made = new MadeStatements(statements);
        for (CatalogObject object : catalog.objects()) {
            if (!object.property()) {
                rows.put(object.key(), object);
            }
        }
        this.needs = new Needs(
                rows.values().stream()
                        .filter(object -> object.count() > 0)
                        .map(CatalogObject::key)
                        .toList(),
                catalog.dependencies().stream()
                        .filter(dependency -> !isCopy(rows.get(dependency.from())))
                        .toList());
    }

    /** What PostgreSQL copies from a parent table to its partitions needs nothing that the original does not need. */
    private static boolean isCopy(@Nullable CatalogObject object) {
        return object != null && object.count() == 0 && !object.kind().equals("index");
    }

    /**
     * Reads and judges every object.
     *
     * @param source the database
     * @param selection what is migrated
     * @param statements what the task makes at the destination
     */
    public static Inventory of(
            DatabaseConnections source, ObjectSelection selection, Collection<StructureObject> statements) {
        return source.inTransaction(
                "The objects of the " + source.role() + " could not be read",
                connection -> of(connection, selection, statements));
    }

    /** Reads and judges every object in a session, in which names are printed with their schemas. */
    public static Inventory of(Connection connection, ObjectSelection selection, Collection<StructureObject> statements)
            throws SQLException {
        return of(connection, CatalogObjects.read(connection), selection, statements);
    }

    static Inventory of(
            Connection connection,
            CatalogObjects catalog,
            ObjectSelection selection,
            Collection<StructureObject> statements)
            throws SQLException {
        return new Judgement(catalog, selection, statements).judge(connection);
    }

    private Inventory judge(Connection connection) throws SQLException {
        catalog.objects().forEach(this::decide);
        findNeeds();
        Map<ObjectKey, String> definitions = new Definitions(connection).of(undefined());
        List<InventoryItem> items = new ArrayList<>();
        for (CatalogObject object : catalog.objects()) {
            if (object.count() > 0) {
                items.add(item(object, definitions));
            }
        }
        return new Inventory(items);
    }

    private Decision decide(CatalogObject object) {
        Decision known = decisions.get(object);
        if (known == null) {
            known = decideAnew(object);
            decisions.put(object, known);
        }
        return known;
    }

    private Decision decideAnew(CatalogObject object) {
        List<CatalogObject> parents = parents(object);
        if (object.kind().equals(UNLOGGED_ROWS) && selection.unlogged() != Unlogged.COPY) {
            return new Decision(
                    Verdict.LEFT_OUT,
                    "objects.unlogged is " + selection.unlogged().name().toLowerCase(Locale.ROOT) + ".");
        }
        if (selection.largeObjects() == LargeObjects.COPY && isOfLargeObject(object)) {
            return new Decision(Verdict.AT_THE_SWITCH, "");
        }
        boolean implied = object.evidence().implied()
                && !parents.isEmpty()
                && parents.stream().allMatch(parent -> decide(parent).verdict() == Verdict.CARRIED);
        if (implied || made.shows(object.evidence(), statements(parents))) {
            return new Decision(AT_THE_SWITCH.contains(object.kind()) ? Verdict.AT_THE_SWITCH : Verdict.CARRIED, "");
        }
        for (CatalogObject parent : parents) {
            if (decide(parent).verdict() == Verdict.LEFT_OUT) {
                return new Decision(
                        Verdict.LEFT_OUT,
                        "It belongs to " + parent.title() + ", which is left out.",
                        Optional.of(parent));
            }
        }
        Optional<String> rule = leftOutBy(object);
        if (rule.isPresent()) {
            return new Decision(Verdict.LEFT_OUT, rule.get());
        }
        for (CatalogObject parent : parents) {
            if (decide(parent).verdict() == Verdict.BY_HAND) {
                return new Decision(
                        Verdict.BY_HAND,
                        "It belongs to " + parent.title() + ", which has to be made by hand.",
                        Optional.of(parent));
            }
        }
        return new Decision(Verdict.BY_HAND, "dts-sync does not migrate it.");
    }

    /** A copy has comment and grants too. */
    private static boolean isOfLargeObject(CatalogObject object) {
        boolean remark = Set.of("changed grants", "comment", "grants").contains(object.kind());
        return object.kind().equals(LARGE_OBJECT)
                || (remark && object.identity().startsWith(LARGE_OBJECT + " "));
    }

    private List<CatalogObject> parents(CatalogObject object) {
        List<CatalogObject> parents = new ArrayList<>();
        for (ObjectKey key : object.parents()) {
            CatalogObject parent = rows.get(key);
            boolean itself = !object.property() && key.equals(object.key());
            if (parent != null && !itself) {
                parents.add(parent);
            }
        }
        return parents;
    }

    /** Returns the statements that make some objects, or what these belong to. */
    private List<String> statements(List<CatalogObject> objects) {
        List<String> statements = new ArrayList<>();
        for (CatalogObject object : objects) {
            List<String> own = made.of(object.evidence().names());
            statements.addAll(own.isEmpty() ? statements(parents(object)) : own);
        }
        return statements;
    }

    private Optional<String> leftOutBy(CatalogObject object) {
        if (selection.owners() == Owners.DROP
                && Set.of("grants", "default privileges").contains(object.kind())) {
            return Optional.of("objects.owners is drop.");
        }
        if (object.schema().isEmpty()) {
            return Optional.empty();
        }
        String schema = object.schema().get();
        if (!selection.touchesSchema(schema)) {
            return Optional.of("Schema " + schema + " is not selected by objects.include.");
        }
        if (object.name().isEmpty()) {
            return Optional.empty();
        }
        String name = object.name().get();
        // Patterns with a wildcard are meant for tables and views.
        boolean excluded = PATTERNED.contains(object.kind())
                ? selection.excludes(schema, name)
                : selection.exclude().contains(schema + "." + name);
        if (excluded) {
            return Optional.of("objects.exclude matches it.");
        }
        return !PATTERNED.contains(object.kind()) || selection.selects(schema, name)
                ? Optional.empty()
                : Optional.of("objects.include does not match it.");
    }

    /** What is left out is needed if something of the task needs it, or something else that is left out and needed. */
    private void findNeeds() {
        List<ObjectKey> selected = rows.values().stream()
                .filter(object -> object.count() > 0 && decide(object).verdict() != Verdict.LEFT_OUT)
                .map(CatalogObject::key)
                .toList();
        needs.neededBy(selected).forEach((key, users) -> {
            CatalogObject object = rows.get(key);
            if (object != null && decide(object).verdict() == Verdict.LEFT_OUT) {
                Set<ObjectKey> known =
                        neededLeftOut.computeIfAbsent(whole(object).key(), whole -> new LinkedHashSet<>());
                users.stream().filter(user -> isUser(user, object)).forEach(known::add);
            }
        });
    }

    /** A schema is left out together with what is in it. */
    private boolean isUser(ObjectKey user, CatalogObject object) {
        CatalogObject by = rows.get(user);
        return by != null && (!object.kind().equals("schema") || decide(by).verdict() != Verdict.LEFT_OUT);
    }

    /** Returns what an object that is left out belongs to. */
    private CatalogObject whole(CatalogObject object) {
        return decide(object).within().map(this::whole).orElse(object);
    }

    private List<ObjectKey> undefined() {
        return catalog.objects().stream()
                .filter(object -> !object.property() && object.remedy().isEmpty())
                .filter(object -> decide(object).verdict() == Verdict.BY_HAND)
                .map(CatalogObject::key)
                .toList();
    }

    private InventoryItem item(CatalogObject object, Map<ObjectKey, String> definitions) {
        Decision decision = decide(object);
        List<String> neededBy = object.property() ? List.of() : neededBy(object);
        String reason = decision.reason();
        Optional<String> sql = Optional.empty();
        if (decision.verdict() == Verdict.BY_HAND) {
            List<String> missing = leftOutNeeds(object);
            if (!missing.isEmpty()) {
                reason = "It needs " + String.join(", ", missing) + ", which the selection leaves out.";
            }
            sql = object.remedy()
                    .or(() -> Optional.ofNullable(definitions.get(object.key())))
                    .or(() -> Optional.of("-- pg_dump --schema-only prints it"));
        } else if (!neededBy.isEmpty()) {
            sql = Optional.of("objects: { include: [ ..., " + pattern(object) + " ] }");
        }
        return new InventoryItem(
                object.kind(),
                object.identity(),
                decision.verdict(),
                reason,
                neededBy,
                sql,
                object.count(),
                decision.within().map(CatalogObject::title));
    }

    /** Patterns select tables; everything else comes with its schema. */
    private static String pattern(CatalogObject object) {
        String name = object.kind().equals(TABLE) ? object.name().orElse("*") : "*";
        return "\"" + object.schema().orElse("*") + "." + name + "\"";
    }

    private List<String> neededBy(CatalogObject object) {
        Set<String> titles = new TreeSet<>();
        for (ObjectKey user : neededLeftOut.getOrDefault(object.key(), Set.of())) {
            CatalogObject whole = rows.get(user);
            if (whole == null) {
                continue;
            }
            if (decide(whole).verdict() == Verdict.LEFT_OUT) {
                whole = whole(whole);
            }
            if (!whole.key().equals(object.key())) {
                titles.add(whole.title());
            }
        }
        return List.copyOf(titles);
    }

    private List<String> leftOutNeeds(CatalogObject object) {
        Set<String> titles = new TreeSet<>();
        if (!object.property()) {
            for (ObjectKey used : needs.of(object.key())) {
                CatalogObject needed = rows.get(used);
                if (needed != null && decide(needed).verdict() == Verdict.LEFT_OUT) {
                    titles.add(whole(needed).title());
                }
            }
        }
        return List.copyOf(titles);
    }
}
