package org.dtssync.app.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Schemas with dependencies between their objects, written from a seed: the same seed gives the same statements.
 *
 * <p>What a statement refers to was created before it. A few statements are still refused by PostgreSQL, since not every
 * combination makes sense; whoever runs them leaves those out. Immutable.
 *
 * @param statements the statements, each for itself; some are empty
 * @param tables the tables that rows can be inserted into, with how
 */
public record RandomSchema(List<String> statements, List<Table> tables) {

    /**
     * A table that takes rows.
     *
     * @param name its quoted name
     * @param columns its quoted columns that get values, and for each the expression of a number
     */
    public record Table(String name, List<String> columns, List<java.util.function.IntFunction<String>> values) {

        /** Returns the statement that inserts the row of a number. */
        public String insert(int number) {
            return columns.isEmpty()
                    ? "INSERT INTO " + name + " DEFAULT VALUES"
                    : "INSERT INTO " + name + " (" + String.join(", ", columns) + ") VALUES ("
                            + values.stream().map(value -> value.apply(number)).collect(Collectors.joining(", ")) + ")";
        }
    }

    /** Copies the lists. */
    public RandomSchema {
        statements = List.copyOf(statements);
        tables = List.copyOf(tables);
    }

    /**
     * Writes one.
     *
     * @param seed decides everything
     * @param version the major version of the server that runs the statements
     * @param tables how many tables, partitions not counted
     * @param hasAwkwardNames whether names need quotes
     */
    public static RandomSchema of(long seed, int version, int tables, boolean hasAwkwardNames) {
        Draft draft = new Draft(seed, version, "r" + seed, hasAwkwardNames);
        schemas(draft);
        RandomTypes types = new RandomTypes(draft);
        types.write();
        sequences(draft);
        RandomRoutines routines = new RandomRoutines(draft);
        routines.write();
        new RandomTables(draft, types, routines).write(tables);
        RandomParts parts = new RandomParts(draft, routines);
        parts.ofTables();
        new RandomViews(draft).write(tables);
        parts.acting();
        eventTrigger(draft);
        comments(draft);
        return new RandomSchema(draft.statements, filled(draft));
    }

    private static void schemas(Draft draft) {
        for (int i = 0; i < 2; i++) {
            String name = draft.name("schema");
            draft.schemas.add(name);
            String quoted = Draft.quote(name);
            draft.add("CREATE SCHEMA " + quoted + draft.maybe(30, " AUTHORIZATION app_owner"));
            draft.commented.add("SCHEMA " + quoted);
            draft.grant("SCHEMA " + quoted, draft.oneOf("USAGE", "ALL"), 50);
            if (draft.chance(40)) {
                draft.add("ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA " + quoted
                        + draft.oneOf(
                                " GRANT SELECT ON TABLES TO app_reader",
                                " GRANT EXECUTE ON FUNCTIONS TO app_reader WITH GRANT OPTION",
                                " GRANT ALL ON SEQUENCES TO PUBLIC",
                                " GRANT USAGE ON TYPES TO app_reader"));
            }
        }
    }

    private static void sequences(Draft draft) {
        for (int i = 0; i < 2; i++) {
            String name = draft.qualified("seq");
            draft.add("CREATE SEQUENCE " + name
                    + draft.oneOf("", " AS bigint INCREMENT 5 CACHE 10", " START 100 MINVALUE 50"));
            draft.sequences.add(name);
            draft.commented.add("SEQUENCE " + name);
            draft.grant("SEQUENCE " + name, "USAGE", 40);
            draft.own("SEQUENCE " + name, 20);
        }
        String down = draft.qualified("down");
        draft.add("CREATE SEQUENCE " + down + " AS smallint INCREMENT -3 MINVALUE -9000 MAXVALUE 90 START 7 CYCLE");
    }

    private static void eventTrigger(Draft draft) {
        if (draft.chance(30)) {
            String function = draft.qualified("on ddl");
            String name = Draft.quote(draft.name("event"));
            draft.add("CREATE FUNCTION " + function + "() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'");
            draft.add("CREATE EVENT TRIGGER " + name
                    + draft.oneOf(
                            " ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP INDEX')",
                            " ON sql_drop",
                            " ON table_rewrite")
                    + " EXECUTE FUNCTION " + function + "()");
            draft.commented.add("EVENT TRIGGER " + name);
        }
    }

    private static void comments(Draft draft) {
        for (String what : draft.commented) {
            if (draft.chance(35)) {
                draft.add("COMMENT ON " + what + " IS "
                        + draft.oneOf(
                                "'about it'", "'it''s; two\nlines'", "E'back\\\\slash \"quoted\"'", "'$$ -- /*'"));
            }
        }
    }

    private static List<Table> filled(Draft draft) {
        List<Table> tables = new ArrayList<>();
        for (Relation table : draft.tables) {
            if (table.isFilled) {
                List<Column> columns =
                        table.columns.stream().filter(Column::isFilled).toList();
                tables.add(new Table(
                        table.sql(),
                        columns.stream().map(Column::quoted).toList(),
                        columns.stream().map(column -> column.type().value()).toList()));
            }
        }
        return tables;
    }
}
