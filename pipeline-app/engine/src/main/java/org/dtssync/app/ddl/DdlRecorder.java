package org.dtssync.app.ddl;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.EventTriggers;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * Event triggers at a source that record every change of the structure, in its transaction, as rows of {@code dts_sync.ddl}: the text,
 * who ran it, where names led, and the shape of every table it concerns afterwards. A new table that a task selects is published in
 * the same transaction, so that every later row of it is sent. Nothing that fails here fails the application's command: it leaves
 * a row {@code failed}.
 *
 * <p>One set serves every task that reads the database. It belongs to the account of the first, or to a superuser who has installed it
 * for that account: then so does the schema, since a name that the account could give to something else would run with a superuser's
 * rights. Stateless.
 */
public final class DdlRecorder {

    /** The table of the rows, which the publication of each task that carries commands has. */
    public static final TableName TABLE = new TableName("dts_sync", "ddl");

    /** Settings that decide what a text means. */
    static final List<String> SETTINGS = List.of(
            "TimeZone",
            "DateStyle",
            "IntervalStyle",
            "standard_conforming_strings",
            "backslash_quote",
            "xmloption",
            "transform_null_equals",
            "array_nulls",
            "lc_monetary",
            "default_table_access_method",
            "default_toast_compression",
            "default_text_search_config");

    /** Changes with the texts: an older recorder is replaced. */
    private static final String VERSION = "dts-sync: commands that change the structure, version 4";

    /** The same that the functions take. */
    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtext('dts_sync_ddl'))";

    static final String REMOVAL_OF_FUNCTIONS = """
            DROP FUNCTION IF EXISTS dts_sync.on_ddl(), dts_sync.ddl_role() CASCADE;
            DROP FUNCTION IF EXISTS dts_sync.record_ddl(text, text, text, text[], jsonb), dts_sync.publish(oid, name),
                dts_sync.images(oid), dts_sync.know(oid), dts_sync.relation_mark(oid), dts_sync.relation_state(oid), dts_sync.ddl_enter(text, name, text[], text[], bigint), dts_sync.ddl_leave(text),
                dts_sync.ddl_passed(text, xid8), dts_sync.ddl_accept(text[]), dts_sync.ddl_doubt(text, boolean) CASCADE;
            """;

    static final String REMOVAL_OF_TABLES =
            "DROP TABLE IF EXISTS dts_sync.ddl, dts_sync.ddl_task, dts_sync.ddl_relation CASCADE;\n";

    /** What a superuser's tables have stays: it is of tasks that run. Nobody else could give them code that runs with its rights. */
    private static final String TABLES_OF_A_SUPERUSER = """
            DO $tables$
            BEGIN
                IF (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
                    WHERE c.relnamespace = 'dts_sync'::pg_catalog.regnamespace AND c.relkind = 'r' AND r.rolsuper
                      AND NOT c.relhastriggers AND NOT c.relhasrules
                      AND c.relname IN ('ddl', 'ddl_task', 'ddl_relation')) < 3 THEN
            @TABLES@
                END IF;
            END $tables$;
            """;

    private DdlRecorder() {}

    /**
     * A task as the source knows it.
     *
     * @param name its name
     * @param publication its publication
     * @param include regular expressions over {@code schema.table}
     * @param exclude the same, for what does not belong to it
     * @param imageBytes the size of a table, in bytes, up to which rows that a command has written itself are sent
     */
    public record Task(String name, String publication, List<String> include, List<String> exclude, long imageBytes) {

        /** Copies the lists. */
        public Task {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
        }

        /** A task with the usual limit. */
        public Task(String name, String publication, List<String> include, List<String> exclude) {
            this(name, publication, include, exclude, DdlSettings.DEFAULT.imageBytes());
        }
    }

    /** Each entry for each event. The first of an event fires before the second, and both before those of the user. */
    private enum Trigger {
        END_ROLE("1_end", "ddl_command_end", "ddl_role"),
        END("2_end", "ddl_command_end", "on_ddl"),
        DROP_ROLE("1_drop", "sql_drop", "ddl_role"),
        DROP("2_drop", "sql_drop", "on_ddl"),
        REWRITE_ROLE("1_rewrite", "table_rewrite", "ddl_role"),
        REWRITE("2_rewrite", "table_rewrite", "on_ddl");

        private final String name;
        private final String event;
        private final String function;

        Trigger(String name, String event, String function) {
            this.name = EventTriggers.OWN + name;
            this.event = event;
            this.function = function;
        }

        private String removal() {
            return "DROP EVENT TRIGGER IF EXISTS " + Identifiers.quote(name) + ";\n";
        }

        private String statements() {
            return "CREATE EVENT TRIGGER " + Identifiers.quote(name) + " ON " + event + " EXECUTE FUNCTION dts_sync."
                    + function + "();\nALTER EVENT TRIGGER " + Identifiers.quote(name) + " ENABLE ALWAYS;\n";
        }

        private static String each(Function<Trigger, String> text) {
            return Arrays.stream(values()).map(text).collect(Collectors.joining());
        }
    }

    /**
     * Returns what a superuser runs once in the source, each text with its semicolon, if the account may not make event triggers. The
     * schema and everything in it that runs with a superuser's rights are then the superuser's.
     *
     * @param account the account of the task
     */
    public static List<String> statements(String account) {
        String grantee = Identifiers.quote(account);
        return List.of(
                "CREATE SCHEMA IF NOT EXISTS dts_sync;",
                "ALTER SCHEMA dts_sync OWNER TO CURRENT_USER;",
                "GRANT USAGE, CREATE ON SCHEMA dts_sync TO " + grantee + ";",
                script(true, true).strip(),
                """
                GRANT SELECT ON dts_sync.ddl, dts_sync.ddl_task, dts_sync.ddl_relation TO %1$s;
                GRANT EXECUTE ON FUNCTION dts_sync.ddl_enter(text, name, text[], text[], bigint), dts_sync.ddl_leave(text),
                    dts_sync.ddl_passed(text, xid8), dts_sync.ddl_accept(text[]), dts_sync.ddl_doubt(text, boolean),
                    dts_sync.relation_state(oid),
                    dts_sync.relation_mark(oid) TO %1$s;""".formatted(grantee));
    }

    /**
     * The triggers of an older set go first: they would record what follows.
     *
     * @param superuser whether a superuser runs it
     * @param fresh whether nothing may stay of what can belong to another account: it would run with a superuser's rights
     */
    private static String script(boolean superuser, boolean fresh) {
        if (!fresh) {
            return Trigger.each(Trigger::removal) + RecorderSql.TABLES + functions(superuser);
        }
        String tables = (REMOVAL_OF_TABLES + RecorderSql.TABLES)
                .replace("TABLE IF NOT EXISTS", "TABLE")
                .replace("INDEX IF NOT EXISTS", "INDEX");
        return Trigger.each(Trigger::removal)
                + REMOVAL_OF_FUNCTIONS
                + TABLES_OF_A_SUPERUSER.replace(
                        "@TABLES@", tables.strip().indent(8).stripTrailing())
                + functions(superuser).replace("CREATE OR REPLACE FUNCTION", "CREATE FUNCTION");
    }

    private static String functions(boolean superuser) {
        return RecorderSql.STATE.replace("@SCHEMA@", "dts_sync")
                + MarkSql.MARK
                + MarkSql.KNOW
                + RecorderSql.PUBLISH
                + ImageSql.function(superuser)
                // The frames above a command are read in English; a setting that is refused would refuse the record.
                + RecorderSql.RECORD.replace("@MESSAGES@", superuser ? "SET lc_messages = 'C'" : "")
                + RecorderSql.TASKS
                + RecorderSql.ENTRIES.replace("@SETTINGS@", settings())
                + Trigger.each(Trigger::statements)
                + "COMMENT ON FUNCTION dts_sync.on_ddl() IS '" + VERSION + "';\n";
    }

    private static String settings() {
        return SETTINGS.stream()
                .map(name -> "'" + name + "', pg_catalog.current_setting('" + name + "')")
                .collect(Collectors.joining(", "));
    }

    /** Returns whether the triggers of this version are there and fire in every session. */
    public static boolean isInstalled(Connection connection) throws SQLException {
        return yes(connection, """
                SELECT count(*) = %d FROM pg_event_trigger t JOIN pg_proc p ON p.oid = t.evtfoid
                WHERE left(t.evtname, 12) IN ('%s1_', '%2$s2_') AND t.evtenabled = 'A'
                  AND p.pronamespace = to_regnamespace('dts_sync')
                  AND obj_description(to_regproc('dts_sync.on_ddl'), 'pg_proc') = '%s'
                """.formatted(Trigger.values().length, EventTriggers.OWN, VERSION));
    }

    /** Returns whether the account may install the recorder. */
    public static boolean mayInstall(Connection connection) throws SQLException {
        return IdentityGuard.mayInstall(connection);
    }

    /**
     * Returns whether commands can be recorded for a task of the account: it may install the recorder, or a superuser has installed it
     * for the account.
     */
    public static boolean isPossible(Connection connection) throws SQLException {
        return mayInstall(connection) || (isInstalled(connection) && yes(connection, """
                        SELECT coalesce(bool_and(has_function_privilege(f, 'EXECUTE')), false)
                        FROM unnest(ARRAY[to_regprocedure('dts_sync.ddl_enter(text, name, text[], text[], bigint)'),
                                          to_regprocedure('dts_sync.ddl_leave(text)')]::oid[]) f WHERE f IS NOT NULL
                        """));
    }

    /** Asks a database the same. */
    public static boolean isPossible(DatabaseConnections database) {
        try (Connection connection = database.open()) {
            return isPossible(connection);
        } catch (SQLException e) {
            throw SqlFaults.explain("The " + database.role() + " could not be asked whether it can record commands", e);
        }
    }

    /**
     * Installs the triggers if they are missing. The schema dts_sync must exist.
     *
     * @param connection to a source, in autocommit mode, of an account that may make event triggers
     */
    public static void install(Connection connection) throws SQLException {
        if (isInstalled(connection)) {
            return;
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            EventTriggers.silence(connection);
            statement.execute(LOCK);
            if (!isInstalled(connection)) {
                statement.execute(scripts(connection));
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** A superuser does not put what runs with its rights into a schema of an account that has less. */
    private static String scripts(Connection connection) throws SQLException {
        boolean superuser = yes(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT rolname, rolsuper FROM pg_roles
                        WHERE oid = (SELECT nspowner FROM pg_namespace WHERE nspname = 'dts_sync')
                        """)) {
            return superuser && rows.next() && !rows.getBoolean(2)
                    ? String.join("\n", statements(rows.getString(1)))
                    : script(superuser, false);
        }
    }

    /**
     * Records from here on what a task selects, and publishes the records with its publication, if that exists. A task that is known
     * stays, with what is recorded of its tables.
     */
    public static void enter(Connection connection, Task task) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT dts_sync.ddl_enter(?, ?, ?, ?, ?)")) {
            statement.setString(1, task.name());
            statement.setString(2, task.publication());
            statement.setArray(
                    3, connection.createArrayOf("text", task.include().toArray()));
            statement.setArray(
                    4, connection.createArrayOf("text", task.exclude().toArray()));
            statement.setLong(5, task.imageBytes());
            statement.execute();
        }
    }

    /**
     * Returns what keeps the commands of a task from being recorded: a phrase; empty if nothing does.
     *
     * @param connection to a source
     */
    public static Optional<String> gap(Connection connection, String task, String publication) throws SQLException {
        if (!hasTables(connection)) {
            return Optional.of("its tables in schema dts_sync are gone");
        }
        if (!isInstalled(connection)) {
            return Optional.of("its event triggers are gone, disabled or of another release");
        }
        if (!knows(connection, task)) {
            return Optional.of("it does not know the task any more");
        }
        return isPublished(connection, publication)
                ? Optional.empty()
                : Optional.of("table dts_sync.ddl is not in publication " + publication + " any more");
    }

    private static boolean hasTables(Connection connection) throws SQLException {
        return yes(
                connection,
                "SELECT to_regclass('dts_sync.ddl') IS NOT NULL AND to_regclass('dts_sync.ddl_task') IS NOT NULL");
    }

    /** Returns whether the recorder has a task. */
    static boolean knows(Connection connection, String task) throws SQLException {
        return hasTables(connection)
                && yes(connection, "SELECT EXISTS (SELECT FROM dts_sync.ddl_task WHERE task = ?)", task);
    }

    /** Returns whether what is recorded is sent with a publication. */
    static boolean isPublished(Connection connection, String publication) throws SQLException {
        return hasTables(connection) && yes(connection, """
                SELECT EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
                               WHERE p.pubname = ? AND r.prrelid = 'dts_sync.ddl'::regclass)
                """, publication);
    }

    /**
     * Takes no table to be as the triggers have left it that was changed since the task last had every command: what was recorded was
     * perhaps not sent.
     *
     * @param every whether that holds for every table, since nothing is known of that time
     */
    static void doubt(Connection connection, String task, boolean every) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT dts_sync.ddl_doubt(?, ?)")) {
            statement.setString(1, task);
            statement.setBoolean(2, every);
            statement.execute();
        }
    }

    /** Takes tables as they are now, with their partitions, although a change of them was not recorded. Nothing to do without a recorder. */
    public static void accept(Connection connection, List<TableName> tables) throws SQLException {
        if (!yes(connection, "SELECT to_regproc('dts_sync.ddl_accept') IS NOT NULL")) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("SELECT dts_sync.ddl_accept(?)")) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableName::sql).toArray()));
            statement.execute();
        }
    }

    /** Returns the first transaction that may not have ended: the rows of every one before it are there. */
    public static String oldestTransaction(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")) {
            rows.next();
            return rows.getString(1);
        }
    }

    /**
     * Notes that a task has had the commands of every transaction before one, and removes what every task has had.
     *
     * @param before of {@link #oldestTransaction}
     * @return how many rows were removed
     */
    public static long passed(Connection connection, String task, String before) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT dts_sync.ddl_passed(?, ?::text::xid8)")) {
            statement.setString(1, task);
            statement.setString(2, before);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    /**
     * Removes what was recorded for a task that nobody captures at present, in transactions that have ended. Nothing to do without a
     * recorder that has the task.
     *
     * @param connection to a source, in autocommit mode
     */
    public static void passedByNobody(Connection connection, String task) throws SQLException {
        if (yes(
                        connection,
                        "SELECT coalesce(has_function_privilege(to_regprocedure('dts_sync.ddl_passed(text, xid8)'), 'EXECUTE')"
                                + " AND has_table_privilege(to_regclass('dts_sync.ddl'), 'SELECT'), false)")
                && yes(connection, "SELECT EXISTS (SELECT FROM dts_sync.ddl)")
                && knows(connection, task)) {
            passed(connection, task, oldestTransaction(connection));
        }
    }

    /** Asks one question. */
    static boolean yes(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }
}
