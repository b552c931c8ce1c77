package org.dtssync.app.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Tables of a random schema with their columns, keys, checks, partitions and children. */
final class RandomTables {

    private final Draft draft;
    private final RandomTypes types;
    private final RandomRoutines routines;

    RandomTables(Draft draft, RandomTypes types, RandomRoutines routines) {
        this.draft = draft;
        this.types = types;
        this.routines = routines;
    }

    void write(int count) {
        for (int i = 0; i < count; i++) {
            int kind = draft.below(10);
            if (kind < 5) {
                plain();
            } else if (kind < 7) {
                partitioned();
            } else if (kind < 9) {
                inherited();
            } else {
                typed();
            }
        }
    }

    private Relation table(boolean isPartitioned) {
        return new Relation(draft.schema(), draft.name("tab"), false, isPartitioned);
    }

    private void plain() {
        Relation table = table(false);
        List<String> items = columns(table, 1 + draft.below(7), true);
        key(table, items, table.columns);
        items.addAll(checks(table));
        boolean isUnlogged = draft.chance(4);
        draft.add("CREATE " + (isUnlogged ? "UNLOGGED " : "") + "TABLE " + table.sql() + " (" + String.join(", ", items)
                + ")"
                + draft.maybe(
                        20, " WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false)"));
        table.isFilled = !isUnlogged;
        table.canBeReferred = !isUnlogged;
        draft.tables.add(table);
        later(table);
        if (draft.chance(10) && !isUnlogged) {
            like(table);
        }
    }

    /** Returns definitions of new columns, and adds the columns to the table. */
    private List<String> columns(Relation table, int count, boolean mayDraw) {
        List<String> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int kind = draft.below(20);
            if (mayDraw && kind == 0 && draft.chance(60)) {
                items.add(identity(table));
            } else if (mayDraw && kind == 1) {
                items.add(serial(table));
            } else if (kind == 2) {
                generated(table).ifPresent(items::add);
            } else {
                items.add(ordinary(table));
            }
        }
        if (table.columns.isEmpty()) {
            items.add(ordinary(table));
        }
        return items;
    }

    private String ordinary(Relation table) {
        ValueType type = draft.type(t -> true);
        boolean isRequired = draft.chance(30);
        Column column = new Column(draft.partName("col"), type, true, !isRequired);
        table.columns.add(column);
        String value = "";
        if (draft.chance(35)) {
            List<RandomRoutines.Mapping> fitting =
                    routines.mappings.stream().filter(m -> m.to().equals(type)).toList();
            value = " DEFAULT "
                    + (fitting.isEmpty()
                            ? type.value().apply(3)
                            : draft.pick(fitting).call("(" + type.value().apply(4) + ")::" + type.sql()));
        }
        String name = draft.maybe(20, " CONSTRAINT " + Draft.quote(draft.partName("nn")));
        return column.quoted() + " " + type.sql()
                + (type.isCollatable() ? draft.maybe(25, " COLLATE " + draft.pick(types.collations)) : "") + value
                + (isRequired ? name + " NOT NULL" : "");
    }

    private String identity(Relation table) {
        ValueType type = draft.type(t -> t.sql().equals("bigint") || t.sql().equals("integer"));
        Column column = new Column(draft.partName("id"), type, false, false);
        table.columns.add(column);
        return column.quoted() + " " + type.sql() + " GENERATED " + draft.oneOf("ALWAYS", "BY DEFAULT") + " AS IDENTITY"
                + draft.oneOf(
                        "",
                        " (START 7 INCREMENT 3 MAXVALUE 100000 CYCLE)",
                        " (SEQUENCE NAME " + Draft.quote(table.schema) + "." + Draft.quote(draft.name("own seq"))
                                + " CACHE 5)");
    }

    private String serial(Relation table) {
        Column column = new Column(draft.partName("nr"), draft.type(t -> t.sql().equals("bigint")), false, false);
        table.columns.add(column);
        return draft.sequences.isEmpty() || draft.chance(50)
                ? column.quoted() + " bigserial"
                : column.quoted() + " bigint DEFAULT nextval(" + Draft.literal(draft.pick(draft.sequences))
                        + ") NOT NULL";
    }

    private java.util.Optional<String> generated(Relation table) {
        List<Column> sources = table.columns.stream().filter(Column::isFilled).toList();
        if (sources.isEmpty()) {
            return java.util.Optional.empty();
        }
        Column source = draft.pick(sources);
        List<RandomRoutines.Mapping> fitting = routines.mappings.stream()
                .filter(m -> m.from().equals(source.type()))
                .toList();
        Column column = new Column(draft.partName("gen"), source.type(), false, true);
        String expression =
                fitting.isEmpty() ? source.quoted() : draft.pick(fitting).call(source.quoted());
        table.columns.add(column);
        return java.util.Optional.of(
                column.quoted() + " " + source.type().sql() + " GENERATED ALWAYS AS (" + expression + ") STORED");
    }

    private void key(Relation table, List<String> items, List<Column> candidates) {
        List<Column> fitting = candidates.stream()
                .filter(column -> column.type().isUnique() && (column.isFilled() || !column.isNullable()))
                .toList();
        if (fitting.isEmpty() || draft.chance(10)) {
            return;
        }
        Column first = draft.pick(fitting);
        table.key.add(first);
        List<Column> more = candidates.stream()
                .filter(column -> column.type().isComparable() && column.isFilled() && !column.equals(first))
                .toList();
        if (!more.isEmpty() && draft.chance(25)) {
            table.key.add(draft.pick(more));
        }
        items.add(draft.maybe(50, "CONSTRAINT " + Draft.quote(draft.name("key")) + " ") + "PRIMARY KEY ("
                + names(table.key) + ")" + draft.maybe(15, " WITH (fillfactor = 80)"));
    }

    static String names(List<Column> columns) {
        return columns.stream().map(Column::quoted).collect(Collectors.joining(", "));
    }

    private List<String> checks(Relation table) {
        List<String> checks = new ArrayList<>();
        while (!table.columns.isEmpty() && draft.chance(35)) {
            Column column = draft.pick(table.columns);
            String name = draft.maybe(70, "CONSTRAINT " + Draft.quote(draft.partName("ck")) + " ");
            checks.add(name + "CHECK ("
                    + draft.oneOf(
                            column.quoted() + " IS NOT NULL OR " + column.quoted() + " IS NULL",
                            routines.predicate(column.type()) + "(" + column.quoted() + ")",
                            "(" + column.quoted() + ")::text IS DISTINCT FROM 'CHECK (, CONSTRAINT \"x'")
                    + ")" + draft.maybe(table.isPartitioned ? 0 : 20, " NO INHERIT"));
        }
        return checks;
    }

    private void partitioned() {
        Relation table = table(true);
        List<String> items = columns(table, 1 + draft.below(4), false);
        int kind = draft.below(3);
        ValueType type =
                draft.type(t -> kind == 2 ? t.sql().equals("text") : t.sql().equals("integer"));
        Column by = new Column(draft.partName("part by"), type, true, false);
        table.columns.add(by);
        items.add(by.quoted() + " " + type.sql() + " NOT NULL");
        if (draft.chance(70)) {
            table.key.add(by);
            items.add("PRIMARY KEY (" + by.quoted() + ")");
        }
        items.addAll(checks(table));
        draft.add("CREATE TABLE " + table.sql() + " (" + String.join(", ", items) + ") PARTITION BY "
                + List.of("RANGE", "LIST", "HASH").get(kind) + " (" + by.quoted() + ")");
        draft.tables.add(table);
        table.hasChildren = true;
        List<String> bounds = switch (kind) {
            case 0 -> List.of("FOR VALUES FROM (MINVALUE) TO (100)", "FOR VALUES FROM (100) TO (1000000)", "DEFAULT");
            case 1 -> List.of("FOR VALUES IN (1, 2, 3)", "FOR VALUES IN (NULL, 4)", "DEFAULT");
            default ->
                List.of(
                        "FOR VALUES WITH (MODULUS 3, REMAINDER 0)",
                        "FOR VALUES WITH (MODULUS 3, REMAINDER 1)",
                        "FOR VALUES WITH (MODULUS 3, REMAINDER 2)");
        };
        for (String bound : bounds) {
            partition(table, by, bound, kind);
        }
        later(table);
    }

    private void partition(Relation root, Column by, String bound, int kind) {
        String name = draft.qualified("part");
        String sub = kind == 2 && draft.chance(30) ? " PARTITION BY HASH (" + by.quoted() + ")" : "";
        if (draft.chance(25) && sub.isEmpty() && root.columns.stream().allMatch(Column::isFilled)) {
            // Attached, with its columns in another order and one that was dropped.
            List<Column> reversed = new ArrayList<>(root.columns);
            java.util.Collections.reverse(reversed);
            draft.add("CREATE TABLE " + name + " (gone integer, " + "LIKE " + root.sql()
                    + " INCLUDING COMMENTS INCLUDING CONSTRAINTS)");
            draft.add("ALTER TABLE " + name + " DROP COLUMN gone");
            draft.add("ALTER TABLE " + root.sql() + " ATTACH PARTITION " + name + " " + bound);
            return;
        }
        draft.add("CREATE TABLE " + name + " PARTITION OF " + root.sql() + " " + bound + sub
                + (sub.isEmpty() ? draft.maybe(20, " WITH (fillfactor = 60)") : ""));
        if (!sub.isEmpty()) {
            draft.add("CREATE TABLE " + draft.qualified("sub") + " PARTITION OF " + name
                    + " FOR VALUES WITH (MODULUS 1, REMAINDER 0)");
        }
        if (draft.chance(25)) {
            draft.add(
                    "CREATE INDEX " + Draft.quote(draft.name("only here")) + " ON " + name + " (" + by.quoted() + ")");
        }
        if (draft.chance(15)) {
            draft.add("ALTER TABLE " + name + " ADD CONSTRAINT " + Draft.quote(draft.partName("part ck")) + " CHECK ("
                    + by.quoted() + " IS NOT NULL)");
        }
    }

    private void inherited() {
        List<Relation> parents = draft.tables(
                t -> !t.isPartitioned && t.isFilled && t.columns.stream().noneMatch(c -> !c.isFilled()));
        if (parents.isEmpty()) {
            plain();
            return;
        }
        Relation parent = draft.pick(parents);
        Relation child = table(false);
        child.columns.addAll(parent.columns);
        int before = child.columns.size();
        List<String> items = columns(child, draft.below(3), true);
        if (!parent.key.isEmpty() && draft.chance(60)) {
            child.key.addAll(parent.key);
            items.add("PRIMARY KEY (" + names(child.key) + ")");
        }
        if (child.columns.size() > before) {
            items.addAll(checks(child));
        }
        draft.add(
                "CREATE TABLE " + child.sql() + " (" + String.join(", ", items) + ") INHERITS (" + parent.sql() + ")");
        parent.hasChildren = true;
        parent.canBeReferred = false;
        child.canBeReferred = false;
        draft.tables.add(child);
        if (draft.chance(40)) {
            Column column = draft.pick(parent.columns);
            draft.add("ALTER TABLE " + child.sql() + " ALTER COLUMN " + column.quoted() + " "
                    + draft.oneOf("SET DEFAULT NULL", "SET NOT NULL", "SET STATISTICS 55", "DROP DEFAULT"));
        }
        if (draft.chance(25)) {
            Column column = draft.pick(parent.columns);
            draft.add("ALTER TABLE ONLY " + draft.oneOf(parent, child).sql() + " ALTER COLUMN " + column.quoted()
                    + draft.oneOf(
                            " SET STORAGE EXTERNAL",
                            " SET STORAGE MAIN",
                            " SET COMPRESSION pglz",
                            " SET (n_distinct = 9)"));
        }
        if (draft.chance(30)) {
            String rule = Draft.quote(draft.partName("of the parent"));
            draft.add("ALTER TABLE " + parent.sql() + " ADD CONSTRAINT " + rule + " CHECK ("
                    + draft.pick(parent.columns).quoted() + " IS NULL OR true) NOT VALID");
            draft.add(draft.maybe(50, "ALTER TABLE " + child.sql() + " VALIDATE CONSTRAINT " + rule));
            draft.commented.add("CONSTRAINT " + rule + " ON " + child.sql());
        }
    }

    private void typed() {
        Relation table = table(false);
        String type = draft.qualified("row");
        Column id =
                new Column(draft.partName("of type"), draft.type(t -> t.sql().equals("integer")), true, false);
        Column text = new Column(draft.partName("of type"), draft.type(t -> true), true, true);
        table.columns.addAll(List.of(id, text));
        table.isExtensible = false;
        table.key.add(id);
        draft.add("CREATE TYPE " + type + " AS (" + id.quoted() + " integer, " + text.quoted() + " "
                + text.type().sql() + ")");
        draft.add("CREATE TABLE " + table.sql() + " OF " + type + " (PRIMARY KEY (" + id.quoted() + ")"
                + draft.maybe(40, ", CHECK (" + id.quoted() + " IS NOT NULL)")
                + draft.maybe(40, ", " + text.quoted() + " WITH OPTIONS DEFAULT NULL") + ")");
        draft.tables.add(table);
    }

    private void like(Relation original) {
        Relation copy = table(false);
        for (Column column : original.columns) {
            copy.columns.add(column);
        }
        copy.key.addAll(original.key);
        draft.add("CREATE TABLE " + copy.sql() + " (LIKE " + original.sql() + " INCLUDING ALL)");
        draft.tables.add(copy);
    }

    /** Sequences of columns are changed apart from their columns. */
    private void sequences(Relation table) {
        for (Column column : table.columns) {
            if (!column.isFilled() && !column.isNullable() && draft.chance(25)) {
                // By the catalog: the name is the server's.
                draft.add("DO $do$ BEGIN EXECUTE 'ALTER SEQUENCE ' || pg_get_serial_sequence("
                        + Draft.literal(table.sql()) + ", " + Draft.literal(column.name()) + ") || "
                        + Draft.literal(draft.oneOf(
                                " INCREMENT 7 CACHE 3",
                                " AS bigint MAXVALUE 99999",
                                " RENAME TO " + Draft.quote(draft.name("other seq")),
                                " RESTART 40"))
                        + "; END $do$");
            }
        }
    }

    /** Changes that leave traces in the catalogs. */
    private void later(Relation table) {
        if (draft.chance(10)) {
            String other = draft.name("renamed tab");
            draft.add("ALTER TABLE " + table.sql() + " RENAME TO " + Draft.quote(other));
            table.name = other;
        }
        String alter = "ALTER TABLE " + table.sql() + " ";
        sequences(table);
        if (draft.chance(15)) {
            String gone = Draft.quote(draft.partName("gone"));
            draft.add(alter + "ADD COLUMN " + gone + " integer DEFAULT 1");
            draft.add(alter + "DROP COLUMN " + gone);
        }
        if (draft.chance(15)) {
            table.columns.add(
                    new Column(draft.partName("more"), draft.type(t -> t.sql().equals("text")), true, true));
            draft.add(alter + "ADD COLUMN "
                    + table.columns.get(table.columns.size() - 1).quoted() + " text DEFAULT 'x'");
        }
        Column column = draft.pick(table.columns);
        if (draft.chance(25)) {
            draft.add(alter + "ALTER COLUMN " + column.quoted() + " "
                    + draft.oneOf(
                            "SET STATISTICS 321",
                            "SET (n_distinct = 3)",
                            "SET (n_distinct = -0.5, n_distinct_inherited = 7)"));
        }
        if (draft.chance(20)) {
            table.columns.stream()
                    .filter(c -> c.type().sql().matches("text|jsonb|bytea|text\\[]"))
                    .findFirst()
                    .ifPresent(c -> draft.add(alter + "ALTER COLUMN " + c.quoted()
                            + draft.oneOf(" SET STORAGE EXTERNAL", " SET STORAGE MAIN", " SET COMPRESSION pglz")));
        }
        if (draft.chance(8)) {
            draft.add(alter + "REPLICA IDENTITY FULL");
        }
        draft.own("TABLE " + table.sql(), 15);
        draft.grant("TABLE " + table.sql(), draft.oneOf("SELECT", "ALL", "INSERT, UPDATE", "TRIGGER, REFERENCES"), 25);
        draft.grant("TABLE " + table.sql(), "UPDATE (" + column.quoted() + ")", 20);
        if (draft.chance(5)) {
            draft.add("REVOKE ALL ON TABLE " + table.sql() + " FROM postgres");
        }
        draft.commented.add("TABLE " + table.sql());
        draft.commented.add("COLUMN " + table.sql() + "." + column.quoted());
    }
}
