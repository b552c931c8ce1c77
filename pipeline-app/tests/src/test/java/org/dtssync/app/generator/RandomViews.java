package org.dtssync.app.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Views of a random schema, functions over tables and views, and circles between them. */
final class RandomViews {

    private final Draft draft;

    RandomViews(Draft draft) {
        this.draft = draft;
    }

    void write(int count) {
        for (int i = 0; i < count; i++) {
            int kind = draft.below(12);
            if (kind < 5) {
                projection();
            } else if (kind == 5) {
                join();
            } else if (kind == 6) {
                grouped();
            } else if (kind == 7) {
                materialized();
            } else if (kind == 8) {
                recursive();
            } else if (kind == 9) {
                routineOver();
            } else if (kind == 10) {
                circleOfViews();
            } else {
                circleOfDefault();
            }
        }
    }

    private Relation readable() {
        List<Relation> all = new ArrayList<>(draft.tables);
        all.addAll(draft.views);
        return !draft.views.isEmpty() && draft.chance(50) ? draft.pick(draft.views) : draft.pick(all);
    }

    private Relation view(String create, List<Column> columns, String query) {
        Relation view = new Relation(draft.schema(), draft.name("view"), true, false);
        view.columns.addAll(columns);
        draft.add(create.replace("%s", view.sql()) + query);
        draft.views.add(view);
        draft.commented.add((create.contains("MATERIALIZED") ? "MATERIALIZED VIEW " : "VIEW ") + view.sql());
        draft.commented.add("COLUMN " + view.sql() + "." + draft.pick(columns).quoted());
        view.isWritable = !create.contains("MATERIALIZED");
        if (view.isWritable) {
            draft.own("VIEW " + view.sql(), 15);
        }
        draft.grant(
                "TABLE " + view.sql(),
                draft.oneOf("SELECT", "ALL", "SELECT (" + columns.get(0).quoted() + ")"),
                25);
        return view;
    }

    private void projection() {
        Relation from = readable();
        List<Column> taken = from.columns.stream().filter(c -> draft.chance(70)).collect(Collectors.toList());
        if (taken.isEmpty()) {
            taken.add(from.columns.get(0));
        }
        List<Column> named = taken.stream()
                .map(c -> draft.chance(40) ? new Column(draft.partName("as"), c.type(), true, true) : c)
                .toList();
        List<String> items = new ArrayList<>();
        for (int i = 0; i < taken.size(); i++) {
            items.add("x." + taken.get(i).quoted() + " AS " + named.get(i).quoted());
        }
        boolean isCheckable = !from.isView;
        Relation view = view(
                "CREATE VIEW %s"
                        + draft.oneOf(
                                "",
                                "",
                                " WITH (security_barrier)",
                                draft.version >= 15 ? " WITH (security_invoker = true)" : "",
                                isCheckable ? " WITH (check_option = local)" : "")
                        + " AS ",
                named,
                "SELECT " + String.join(", ", items) + " FROM " + from.sql() + " x"
                        + draft.maybe(40, " WHERE x." + taken.get(0).quoted() + " IS NOT NULL"));
        if (draft.chance(20)) {
            draft.add(
                    "ALTER VIEW " + view.sql() + " ALTER COLUMN " + named.get(0).quoted() + " SET DEFAULT NULL");
        }
    }

    private void join() {
        Relation a = readable();
        Relation b = readable();
        List<Column> columns = List.of(
                new Column(draft.partName("a"), a.columns.get(0).type(), true, true),
                new Column(draft.partName("b"), b.columns.get(0).type(), true, true),
                new Column(draft.partName("n"), draft.type(t -> t.sql().equals("bigint")), true, true));
        view(
                "CREATE VIEW %s (" + RandomTables.names(columns) + ") AS ",
                columns,
                "WITH one AS (SELECT a." + a.columns.get(0).quoted() + " AS x FROM " + a.sql() + " a) SELECT one.x, b."
                        + b.columns.get(0).quoted() + ", row_number() OVER w FROM one LEFT JOIN LATERAL (SELECT * FROM "
                        + b.sql()
                        + ") b ON true WINDOW w AS (ORDER BY 1 + 1) UNION ALL SELECT NULL, NULL, 3 WHERE NOT EXISTS (SELECT FROM "
                        + a.sql() + ")");
    }

    /** Groups by a key: the view needs the constraint. */
    private void grouped() {
        List<Relation> keyed = draft.tables(t -> !t.key.isEmpty() && t.key.size() < t.columns.size());
        if (keyed.isEmpty()) {
            projection();
            return;
        }
        Relation table = draft.pick(keyed);
        List<Column> columns = new ArrayList<>(table.columns.stream().limit(4).toList());
        columns.add(new Column(draft.partName("count"), draft.type(t -> t.sql().equals("bigint")), true, true));
        boolean isMaterialized = draft.chance(25);
        view(
                "CREATE " + (isMaterialized ? "MATERIALIZED " : "") + "VIEW %s AS ",
                columns,
                "SELECT "
                        + columns.subList(0, columns.size() - 1).stream()
                                .map(c -> "g." + c.quoted())
                                .collect(Collectors.joining(", "))
                        + ", count(*) AS " + columns.get(columns.size() - 1).quoted() + " FROM " + table.sql()
                        + " g GROUP BY "
                        + table.key.stream().map(c -> "g." + c.quoted()).collect(Collectors.joining(", ")));
    }

    private void materialized() {
        Relation from = readable();
        List<Column> columns = from.columns.stream().limit(5).toList();
        Relation view = view(
                "CREATE MATERIALIZED VIEW %s" + draft.maybe(30, " WITH (fillfactor = 77)") + " AS ",
                columns,
                "SELECT " + RandomTables.names(columns) + " FROM " + from.sql() + draft.maybe(20, " WITH NO DATA"));
        columns.stream().filter(c -> c.type().isComparable()).findFirst().ifPresent(column -> {
            String name = Draft.quote(draft.name("of view"));
            draft.add("CREATE INDEX " + name + " ON " + view.sql() + " (" + column.quoted() + ")");
            draft.add(draft.maybe(30, "ALTER MATERIALIZED VIEW " + view.sql() + " CLUSTER ON " + name));
            draft.add(draft.maybe(
                    30,
                    "ALTER MATERIALIZED VIEW " + view.sql() + " ALTER COLUMN " + column.quoted()
                            + " SET STATISTICS 33"));
        });
    }

    private void recursive() {
        Column column = new Column(draft.partName("n"), draft.type(t -> t.sql().equals("integer")), true, true);
        view(
                "CREATE RECURSIVE VIEW %s (" + column.quoted() + ") AS ",
                List.of(column),
                "SELECT 1 UNION ALL SELECT " + column.quoted() + " + 1 FROM (SELECT 1 AS " + column.quoted()
                        + ") q WHERE " + column.quoted() + " < 3");
    }

    private void routineOver() {
        Relation from = readable();
        String name = draft.qualified("over");
        Column column = draft.pick(from.columns);
        int kind = draft.below(5);
        if (kind == 0) {
            draft.add("CREATE FUNCTION " + name + "() RETURNS SETOF " + from.sql()
                    + " LANGUAGE sql STABLE AS 'SELECT NULL WHERE false'"
                            .replace("SELECT NULL WHERE false", ("SELECT * FROM " + from.sql()).replace("'", "''")));
        } else if (kind == 1) {
            draft.add("CREATE FUNCTION " + name + "(" + Draft.quote(draft.partName("row")) + " " + from.sql()
                    + ") RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM " + from.sql() + "; END");
        } else if (kind == 2) {
            draft.add("CREATE FUNCTION " + name
                    + "() RETURNS SETOF bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(y." + column.quoted()
                    + ") FROM " + from.sql() + " y; END");
            Column result =
                    new Column(draft.partName("result"), draft.type(t -> t.sql().equals("bigint")), true, true);
            view("CREATE VIEW %s AS ", List.of(result), "SELECT f AS " + result.quoted() + " FROM " + name + "() f");
        } else if (kind == 3 && !from.isView && !from.key.isEmpty()) {
            draft.add("CREATE PROCEDURE " + name + "() LANGUAGE sql BEGIN ATOMIC DELETE FROM " + from.sql()
                    + " WHERE false; UPDATE " + from.sql() + " SET "
                    + from.key.get(0).quoted() + " = DEFAULT WHERE false; END");
        } else {
            draft.add("CREATE FUNCTION " + name + "(" + from.sql() + "." + column.quoted()
                    + "%TYPE) RETURNS integer LANGUAGE sql RETURN 1");
        }
    }

    private void circleOfViews() {
        Relation from = readable();
        Column column = from.columns.get(0);
        String collation = column.type().isCollatable() ? " COLLATE \"C\"" : "";
        Column named = new Column(draft.partName("x"), column.type(), true, true);
        Relation a = view(
                "CREATE VIEW %s AS ",
                List.of(named),
                "SELECT " + column.quoted() + collation + " AS " + named.quoted() + " FROM " + from.sql());
        Relation b = view("CREATE VIEW %s AS ", List.of(named), "SELECT " + named.quoted() + " FROM " + a.sql());
        if (draft.chance(50)) {
            String function = draft.qualified("of circle");
            draft.add("CREATE FUNCTION " + function + "() RETURNS SETOF " + b.sql()
                    + " LANGUAGE sql BEGIN ATOMIC SELECT * FROM " + b.sql() + "; END");
            draft.add("CREATE OR REPLACE VIEW " + a.sql() + " AS SELECT " + named.quoted() + " FROM " + function
                    + "() q");
        } else {
            draft.add("CREATE OR REPLACE VIEW " + a.sql() + " AS SELECT " + named.quoted() + " FROM " + b.sql());
        }
        // Whoever reads them would not end: only the definitions count.
        draft.views.remove(a);
        draft.views.remove(b);
    }

    /** A default that calls a function that reads the table. */
    private void circleOfDefault() {
        List<Relation> fitting = draft.tables(t -> !t.isPartitioned && !t.hasChildren && t.isFilled && t.isExtensible);
        if (fitting.isEmpty()) {
            return;
        }
        Relation table = draft.pick(fitting);
        Column column =
                new Column(draft.partName("circle"), draft.type(t -> t.sql().equals("bigint")), false, true);
        String function = draft.qualified("count of own");
        draft.add("ALTER TABLE " + table.sql() + " ADD COLUMN " + column.quoted() + " bigint");
        draft.add("CREATE FUNCTION " + function
                + "() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM " + table.sql() + "; END");
        draft.add(
                "ALTER TABLE " + table.sql() + " ALTER COLUMN " + column.quoted() + " SET DEFAULT " + function + "()");
        table.columns.add(column);
    }
}
