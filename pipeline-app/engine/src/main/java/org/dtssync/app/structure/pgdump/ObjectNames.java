package org.dtssync.app.structure.pgdump;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.app.structure.pgdump.EntryKind.Role;
import org.dtssync.connectors.postgres.TableName;

/**
 * Kinds and names of entries, as the built-in reader has them, so that people and the rest of the task find an object under the
 * same name whichever reader found it. Used for one reading, by one thread.
 */
final class ObjectNames {

    private static final Map<String, String> CONSTRAINTS = Map.of(
            "p", "primary-key", "u", "unique", "x", "exclusion", "c", "check", "n", "not-null", "f", "foreign-key");

    /** Begins the kinds of what is created once applications use the destination; names do not have it. */
    static final String LATE = "late-";

    private final SourceCatalog catalog;
    private final Map<String, Integer> given = new HashMap<>();

    ObjectNames(SourceCatalog catalog) {
        this.catalog = catalog;
    }

    /** Returns the kind of object that an entry creates. */
    String kind(TocEntry entry) {
        return switch (entry.kind()) {
            case CONSTRAINT, CHECK_CONSTRAINT ->
                catalog.part(entry)
                        .map(part -> part.relation() == 0
                                ? "domain-constraint"
                                : CONSTRAINTS.getOrDefault(part.type(), "check"))
                        .orElse(entry.kind().label());
            case SEQUENCE -> CarriedEntries.isIdentity(entry) ? "identity-sequence" : "sequence";
            // Where a partition's trigger is in another state than its root's, only the state is an entry.
            case TRIGGER -> entry.definition().startsWith("CREATE") ? "trigger" : "trigger-state";
            case RULE -> isViewQuery(entry) ? "view-query" : "rule";
            default -> entry.kind().label();
        };
    }

    /** Returns whether a rule is the query of a view that was created without one, to break a circle. */
    static boolean isViewQuery(TocEntry rule) {
        return rule.definition().startsWith("CREATE OR REPLACE VIEW");
    }

    /** Returns the name for people, without the kind; unquoted, functions and operators with their argument types. */
    String name(TocEntry entry) {
        String schema = entry.schema().isEmpty() ? "" : entry.schema() + ".";
        if (entry.kind().role() == Role.PART) {
            if (entry.is(EntryKind.INDEX, EntryKind.INDEX_ATTACH, EntryKind.STATISTICS, EntryKind.SEQUENCE_OWNED_BY)
                    || entry.is(EntryKind.ROW_SECURITY)) {
                return schema + entry.tag();
            }
            return catalog.part(entry)
                    .flatMap(part -> catalog.relation(part.relation())
                            .map(table -> isViewQuery(entry) ? table.toString() : table + "." + part.name()))
                    .orElse(schema + entry.tag().replace(' ', '.'));
        }
        if (entry.is(EntryKind.DEFAULT_ACL)) {
            return catalog.names().getOrDefault(entry.catalogId(), entry.tag());
        }
        return schema + catalog.names().getOrDefault(entry.catalogId(), entry.tag());
    }

    /** Returns a name with its kind that no other object of the list has. */
    String unique(String kind, String name) {
        String full = kind.replaceFirst("^" + LATE, "") + ":" + name;
        int number = given.merge(full, 1, Integer::sum);
        return number == 1 ? full : full + " (" + number + ")";
    }

    /** Returns the tables that the statements of an entry lock. */
    List<TableName> tables(TocEntry entry) {
        List<TableName> tables = new ArrayList<>();
        if (entry.is(EntryKind.TABLE, EntryKind.ROW_SECURITY)) {
            catalog.relation(entry.oid()).ifPresent(tables::add);
        } else if (entry.is(EntryKind.SEQUENCE_OWNED_BY) || CarriedEntries.isIdentity(entry)) {
            catalog.relation(catalog.owningTables().getOrDefault(entry.oid(), 0L))
                    .ifPresent(tables::add);
        } else {
            catalog.part(entry).ifPresent(part -> {
                catalog.relation(part.relation()).ifPresent(tables::add);
                catalog.relation(part.other())
                        .filter(other -> !tables.contains(other))
                        .ifPresent(tables::add);
            });
        }
        return tables;
    }
}
