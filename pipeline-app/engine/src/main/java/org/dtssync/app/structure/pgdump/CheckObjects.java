package org.dtssync.app.structure.pgdump;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.structure.Withdrawal;
import org.dtssync.app.structure.pgdump.CheckedDefinition.Check;
import org.dtssync.app.structure.pgdump.SourceCatalog.Part;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * The checks of tables and domains as objects of their own. One that depends on the time or on other tables is created once
 * applications use the destination, since it could refuse rows that the source accepted. Used for one reading, by one thread.
 */
final class CheckObjects {

    private static final String NOT_VALID = " NOT VALID";
    private static final String NOT_ENFORCED = " NOT ENFORCED";

    private final SourceCatalog catalog;
    private final ObjectNames names;
    private final List<Deep> checks = new ArrayList<>();
    private final List<StructureObject> validations = new ArrayList<>();
    private final List<StructureObject> late = new ArrayList<>();

    /** A check, and how many ancestors its table has: after a parent's that is not valid, a child's own could not be valid. */
    private record Deep(int depth, StructureObject object) {}

    /**
     * What a check belongs to.
     *
     * @param kind the kind of its object
     * @param name its own name
     * @param relation the table or domain
     * @param isDomain whether it is a domain
     * @param depth how many ancestors the table has
     * @param tables the tables that its statement locks
     */
    private record Place(
            String kind, String name, TableName relation, boolean isDomain, int depth, List<TableName> tables) {

        String alter() {
            return (isDomain ? "ALTER DOMAIN " : "ALTER TABLE ") + relation.sql();
        }
    }

    CheckObjects(SourceCatalog catalog, ObjectNames names) {
        this.catalog = catalog;
        this.names = names;
    }

    /** Adds a check that was taken out of a table. One that a table has only from its parent comes with the parent's. */
    void addOfTable(TocEntry table, Check check, String comment) {
        TableName relation = new TableName(table.schema(), table.tag());
        int depth = catalog.depths().getOrDefault(table.oid(), 0);
        Place place = new Place("check", check.name(), relation, false, depth, List.of(relation));
        boolean isLocal = !contains(catalog.inheritedChecks().get(table.oid()), check.name());
        add(
                place,
                isLocal ? place.alter() + " ADD " + check.clause() : "",
                comment,
                contains(catalog.unsteadyChecks().get(table.oid()), check.name()));
    }

    /** Adds a check that was taken out of a domain. */
    void addOfDomain(TocEntry domain, Check check, String comment) {
        TableName relation = new TableName(domain.schema(), domain.tag());
        Place place = new Place("domain-constraint", check.name(), relation, true, 0, List.of());
        add(
                place,
                place.alter() + " ADD " + check.clause(),
                comment,
                contains(catalog.unsteadyDomainChecks().get(domain.oid()), check.name()));
    }

    /** Adds a check that is an entry of its own; {@code needed} are the entries it needs. */
    void addSeparate(TocEntry entry, List<TocEntry> needed, String comment) {
        String sql = SqlText.withoutEnd(entry.definition());
        Part part = catalog.part(entry).orElseThrow();
        if (part.relation() != 0) {
            TableName relation = catalog.relation(part.relation()).orElseThrow();
            Place place = new Place(names.kind(entry), part.name(), relation, false, part.depth(), names.tables(entry));
            add(
                    place,
                    part.isLocal() ? sql : "",
                    comment,
                    contains(catalog.unsteadyChecks().get(part.relation()), part.name()));
            return;
        }
        TocEntry domain = domain(sql, needed);
        add(
                new Place(
                        names.kind(entry),
                        part.name(),
                        new TableName(domain.schema(), domain.tag()),
                        true,
                        0,
                        List.of()),
                sql,
                comment,
                contains(catalog.unsteadyDomainChecks().get(domain.oid()), part.name()));
    }

    /** Returns whether an entry of its own is a check of a domain that no value of the source can break. */
    boolean isSteadyOfDomain(TocEntry entry, List<TocEntry> needed) {
        String sql = SqlText.withoutEnd(entry.definition());
        Part part = catalog.part(entry).orElseThrow();
        return part.relation() == 0
                && !sql.endsWith(NOT_VALID)
                && !contains(
                        catalog.unsteadyDomainChecks().get(domain(sql, needed).oid()), part.name());
    }

    /** Returns the domain of a check, which may also need other domains, for which it calls functions. */
    TocEntry domain(String sql, List<TocEntry> needed) {
        return needed.stream()
                .filter(candidate -> candidate.is(EntryKind.DOMAIN) && alters(sql, candidate))
                .findFirst()
                .orElseThrow();
    }

    private static boolean alters(String sql, TocEntry domain) {
        String rest = sql.replaceFirst("\\AALTER DOMAIN ", "");
        String schema = SqlText.leadingName(rest);
        String name = SqlText.leadingName(rest.substring(Math.min(rest.length(), schema.length() + 1)));
        return SqlText.unquoted(schema).equals(domain.schema())
                && SqlText.unquoted(name).equals(domain.tag());
    }

    /** Adds what validates a check that was added as not valid with the parent's. */
    void addValidations(TocEntry table) {
        TableName relation = new TableName(table.schema(), table.tag());
        for (String check : catalog.validatedChecks().getOrDefault(table.oid(), Set.of())) {
            boolean isLate = contains(catalog.unsteadyChecks().get(table.oid()), check);
            Place place = new Place("validation", check, relation, false, 0, List.of(relation));
            (isLate ? late : validations).add(validation(place, isLate));
        }
    }

    /** Returns those that are created with the rest, children's before their parents', then validations of inherited ones. */
    List<StructureObject> early() {
        List<StructureObject> early = new ArrayList<>();
        checks.stream()
                .sorted(Comparator.comparing(Deep::depth).reversed())
                .map(Deep::object)
                .forEach(early::add);
        early.addAll(validations);
        return early;
    }

    /** Returns those that are created once applications use the destination. */
    List<StructureObject> late() {
        return List.copyOf(late);
    }

    private void add(Place place, String sql, String comment, boolean isUnsteady) {
        if (sql.isEmpty()) {
            // It comes with the parent's.
            return;
        }
        List<String> all = new ArrayList<>();
        if (!isUnsteady) {
            all.add(sql);
            if (!comment.isEmpty()) {
                all.add(comment);
            }
            checks.add(new Deep(place.depth(), object(place.kind(), place, all)));
            return;
        }
        boolean isValid = !sql.endsWith(NOT_VALID) && !sql.endsWith(NOT_ENFORCED);
        all.add(isValid ? sql + NOT_VALID : sql);
        if (!comment.isEmpty()) {
            all.add(comment);
        }
        all.add(Withdrawal.comment(place.alter() + " DROP CONSTRAINT IF EXISTS " + Identifiers.quote(place.name())));
        late.add(object(ObjectNames.LATE + place.kind(), place, all));
        if (isValid) {
            late.add(validation(place, true));
        }
    }

    private StructureObject validation(Place place, boolean isLate) {
        return object(
                (isLate ? ObjectNames.LATE : "") + "validation",
                place,
                List.of(place.alter() + " VALIDATE CONSTRAINT " + Identifiers.quote(place.name())));
    }

    private StructureObject object(String kind, Place place, List<String> sql) {
        String name = names.unique(kind, place.relation() + "." + place.name());
        return new StructureObject(0, name, kind, Section.POST_DATA, place.tables(), String.join(";\n", sql));
    }

    private static boolean contains(@Nullable Set<String> names, String name) {
        return names != null && names.contains(name);
    }
}
