package org.dtssync.app.generator;

import java.util.List;
import java.util.stream.Collectors;

/** What belongs to the tables and views of a random schema: keys, indexes, statistics, triggers, rules and policies. */
final class RandomParts {

    private final Draft draft;
    private final RandomRoutines routines;

    RandomParts(Draft draft, RandomRoutines routines) {
        this.draft = draft;
        this.routines = routines;
    }

    /** Adds what can refer to every table. */
    void ofTables() {
        for (Relation table : List.copyOf(draft.tables)) {
            while (draft.chance(45)) {
                index(table);
            }
            unique(table);
            foreignKey(table);
            statistics(table);
        }
    }

    /** Adds what may call functions over tables and views. */
    void acting() {
        for (Relation table : draft.tables) {
            trigger(table);
            rule(table);
            policy(table);
        }
        for (Relation view :
                draft.views.stream().filter(view -> view.isWritable).toList()) {
            if (draft.chance(20)) {
                draft.add("CREATE TRIGGER " + Draft.quote(draft.partName("instead")) + " INSTEAD OF "
                        + draft.oneOf("INSERT", "UPDATE OR DELETE") + " ON " + view.sql()
                        + " FOR EACH ROW EXECUTE FUNCTION "
                        + draft.pick(draft.triggerFunctions) + "()");
            }
            if (draft.chance(20)) {
                String name = Draft.quote(draft.partName("view rule"));
                draft.add("CREATE RULE " + name + " AS ON INSERT TO " + view.sql() + " DO INSTEAD NOTHING");
                draft.commented.add("RULE " + name + " ON " + view.sql());
            }
        }
    }

    private void index(Relation table) {
        List<Column> columns = table.columns.stream()
                .filter(column -> column.type().isComparable())
                .toList();
        if (columns.isEmpty()) {
            return;
        }
        Column column = draft.pick(columns);
        List<RandomRoutines.Mapping> fitting = routines.mappings.stream()
                .filter(m -> m.from().equals(column.type()) && column.type().isComparable())
                .toList();
        String expression = !fitting.isEmpty() && draft.chance(60)
                ? draft.pick(fitting).call(column.quoted())
                : draft.oneOf(column.quoted(), "((" + column.quoted() + ")::text)");
        if (expression.contains("::text") && !column.type().sql().matches("text|integer|bigint|uuid")) {
            expression = column.quoted();
        }
        String name = draft.name("idx");
        draft.add("CREATE INDEX " + Draft.quote(name) + " ON " + table.sql() + " (" + expression
                + draft.maybe(20, " DESC NULLS LAST")
                + draft.maybe(30, ", " + draft.pick(columns).quoted()) + ")"
                + draft.maybe(20, " INCLUDE (" + draft.pick(table.columns).quoted() + ")")
                + draft.maybe(20, " WITH (fillfactor = 66)")
                + draft.maybe(25, " WHERE " + draft.pick(table.columns).quoted() + " IS NOT NULL"));
        draft.commented.add("INDEX " + Draft.quote(table.schema) + "." + Draft.quote(name));
        if (draft.chance(10) && !table.isPartitioned) {
            draft.add("ALTER TABLE " + table.sql() + " CLUSTER ON " + Draft.quote(name));
        }
        if (expression.endsWith(")") && draft.chance(40)) {
            draft.add("ALTER INDEX " + Draft.quote(table.schema) + "." + Draft.quote(name)
                    + " ALTER COLUMN 1 SET STATISTICS 99");
        }
        if (draft.chance(15)) {
            draft.add("ALTER INDEX " + Draft.quote(table.schema) + "." + Draft.quote(name) + " RENAME TO "
                    + Draft.quote(draft.name("renamed")));
        }
    }

    private void unique(Relation table) {
        List<Column> columns = table.columns.stream()
                .filter(column -> column.type().isUnique() && column.isFilled())
                .toList();
        if (columns.isEmpty() || table.isPartitioned || draft.chance(60)) {
            return;
        }
        Column column = draft.pick(columns);
        String name = Draft.quote(draft.name("uq"));
        int kind = draft.below(4);
        if (kind == 0) {
            draft.add("CREATE UNIQUE INDEX " + name + " ON " + table.sql() + " (" + column.quoted() + ")"
                    + (draft.version >= 15 ? draft.maybe(40, " NULLS NOT DISTINCT") : ""));
            return;
        }
        String definition = kind == 1
                ? "EXCLUDE USING btree (" + column.quoted() + " WITH =)"
                        + draft.maybe(40, " WHERE (" + column.quoted() + " IS NOT NULL)")
                : "UNIQUE " + (draft.version >= 15 ? draft.maybe(30, "NULLS NOT DISTINCT ") : "") + "("
                        + column.quoted() + ")";
        draft.add("ALTER TABLE " + table.sql() + " ADD CONSTRAINT " + name + " " + definition
                + draft.oneOf("", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"));
        draft.commented.add("CONSTRAINT " + name + " ON " + table.sql());
    }

    /** Adds a column of its own that refers to the key of a table. */
    private void foreignKey(Relation table) {
        List<Relation> referred = draft.tables(t -> t.key.size() == 1 && t.canBeReferred);
        if (referred.isEmpty()
                || table.hasChildren && !table.isPartitioned
                || !table.isFilled
                || !table.isExtensible
                || draft.chance(35)) {
            return;
        }
        Relation other = draft.chance(15) && referred.contains(table) ? table : draft.pick(referred);
        Column column = new Column(draft.partName("ref"), other.key.get(0).type(), false, true);
        table.columns.add(column);
        draft.add("ALTER TABLE " + table.sql() + " ADD COLUMN " + column.quoted() + " "
                + column.type().sql());
        String name = Draft.quote(draft.name("fk"));
        draft.add("ALTER TABLE " + table.sql() + " ADD CONSTRAINT " + name + " FOREIGN KEY (" + column.quoted()
                + ") REFERENCES "
                + other.sql() + draft.maybe(50, " (" + other.key.get(0).quoted() + ")")
                + draft.oneOf("", " MATCH FULL")
                + draft.oneOf(
                        "", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE RESTRICT ON DELETE NO ACTION")
                + draft.oneOf("", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED")
                + (table.isPartitioned ? "" : draft.maybe(20, " NOT VALID")));
        draft.commented.add("CONSTRAINT " + name + " ON " + table.sql());
    }

    private void statistics(Relation table) {
        List<Column> columns = table.columns.stream()
                .filter(column -> column.type().isComparable())
                .toList();
        if (columns.size() < 2 || draft.chance(75)) {
            return;
        }
        String name = draft.qualified("stat");
        draft.add("CREATE STATISTICS " + name + draft.oneOf("", " (ndistinct)", " (mcv, dependencies)") + " ON "
                + columns.stream().limit(2 + draft.below(2)).map(Column::quoted).collect(Collectors.joining(", "))
                + " FROM " + table.sql());
        draft.commented.add("STATISTICS " + name);
        draft.own("STATISTICS " + name, 20);
        if (draft.chance(40)) {
            draft.add("ALTER STATISTICS " + name + " SET STATISTICS 42");
        }
    }

    private void trigger(Relation table) {
        while (draft.chance(30)) {
            String name = Draft.quote(draft.partName("trg"));
            String function = draft.pick(draft.triggerFunctions) + draft.oneOf("()", "('it''s', 'b\\c', 5)");
            Column column = draft.pick(table.columns);
            draft.add(draft.oneOf(
                            "CREATE TRIGGER " + name + " BEFORE INSERT OR UPDATE OF " + column.quoted() + " ON "
                                    + table.sql() + " FOR EACH ROW",
                            "CREATE TRIGGER " + name + " AFTER UPDATE ON " + table.sql()
                                    + " FOR EACH ROW WHEN ((OLD.*) IS DISTINCT FROM (NEW.*))",
                            "CREATE TRIGGER " + name + " AFTER DELETE ON " + table.sql()
                                    + " REFERENCING OLD TABLE AS \"old Ones\" FOR EACH STATEMENT",
                            "CREATE CONSTRAINT TRIGGER " + name + " AFTER INSERT ON " + table.sql()
                                    + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
                            "CREATE TRIGGER " + name + " AFTER TRUNCATE ON " + table.sql())
                    + " EXECUTE FUNCTION " + function);
            draft.commented.add("TRIGGER " + name + " ON " + table.sql());
            if (draft.chance(30)) {
                draft.add("ALTER TABLE " + table.sql() + draft.oneOf(" DISABLE", " ENABLE REPLICA", " ENABLE ALWAYS")
                        + " TRIGGER " + name);
            }
        }
    }

    private void rule(Relation table) {
        if (draft.chance(15) && !table.isPartitioned) {
            String name = Draft.quote(draft.partName("rul"));
            draft.add("CREATE RULE " + name + " AS ON DELETE TO " + table.sql() + " WHERE false DO INSTEAD NOTHING");
            draft.commented.add("RULE " + name + " ON " + table.sql());
            if (draft.chance(40)) {
                draft.add("ALTER TABLE " + table.sql() + draft.oneOf(" DISABLE", " ENABLE REPLICA", " ENABLE ALWAYS")
                        + " RULE " + name);
            }
        }
    }

    private void policy(Relation table) {
        if (draft.chance(80)) {
            return;
        }
        Column column = draft.pick(table.columns);
        String name = Draft.quote(draft.partName("pol"));
        draft.add("CREATE POLICY " + name + " ON " + table.sql() + draft.maybe(30, " AS RESTRICTIVE")
                + draft.oneOf("", " FOR UPDATE", " FOR ALL TO app_reader", " TO app_reader, app_owner")
                + " USING (" + routines.predicate(column.type()) + "(" + column.quoted() + "))"
                + draft.maybe(50, " WITH CHECK (" + column.quoted() + " IS NOT NULL OR true)"));
        draft.commented.add("POLICY " + name + " ON " + table.sql());
        if (draft.chance(60)) {
            draft.add("ALTER TABLE " + table.sql() + " ENABLE ROW LEVEL SECURITY"
                    + draft.maybe(40, ", FORCE ROW LEVEL SECURITY"));
        }
    }
}
