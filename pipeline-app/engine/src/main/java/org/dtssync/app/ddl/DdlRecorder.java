package org.dtssync.app.ddl;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.dtssync.connectors.postgres.EventTriggers;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * Event triggers at a source that record every change of the structure, in its transaction, as rows of {@code dts_sync.ddl}: the text,
 * who ran it, where names led, and the shape of every table it concerns afterwards. A new table that a task selects is published in
 * the same transaction, so that every later row of it is sent. Nothing that fails here fails the application's command: it leaves
 * a row {@code failed}.
 */
public final class DdlRecorder {

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

    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtext('dts_sync_ddl'))";

    private DdlRecorder() {}

    /**
     * A task as the source knows it.
     *
     * @param name its name
     * @param publication its publication
     * @param include regular expressions over {@code schema.table}
     * @param exclude the same, for what does not belong to it
     */
    public record Task(String name, String publication, List<String> include, List<String> exclude) {

        /** Copies the lists. */
        public Task {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
        }
    }

    /**
     * Installs the triggers if they are missing, and records from here on what a task selects. The schema dts_sync must exist.
     *
     * @param connection to a source, in autocommit mode, of an account that may make event triggers
     */
    public static void install(Connection connection, Task task) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            EventTriggers.silence(connection);
            statement.execute(LOCK);
            boolean superuser = isSuperuser(connection);
            statement.execute(RecorderSql.TABLES
                    + RecorderSql.STATE.replace("@SCHEMA@", "dts_sync")
                    + MarkSql.MARK
                    + MarkSql.KNOW
                    + RecorderSql.PUBLISH
                    + ImageSql.function(superuser)
                    + RecorderSql.RECORD.replace("@MESSAGES@", superuser ? "SET lc_messages = 'C'" : "")
                    + RecorderSql.ENTRIES.replace("@SETTINGS@", settings()));
            for (Trigger trigger : Trigger.values()) {
                statement.execute(trigger.statements());
            }
            enter(connection, task);
            knowRelations(connection);
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
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
            this.name = Identifiers.quote(EventTriggers.OWN + name);
            this.event = event;
            this.function = function;
        }

        private String statements() {
            return "DROP EVENT TRIGGER IF EXISTS " + name + "; CREATE EVENT TRIGGER " + name + " ON " + event
                    + " EXECUTE FUNCTION dts_sync." + function + "(); ALTER EVENT TRIGGER " + name + " ENABLE ALWAYS";
        }
    }

    private static String settings() {
        return SETTINGS.stream()
                .map(name -> "'" + name + "', pg_catalog.current_setting('" + name + "')")
                .collect(Collectors.joining(", "));
    }

    /** The frames above a command are read in English; a setting that is refused would refuse the record. */
    private static boolean isSuperuser(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                        SELECT rolsuper FROM pg_roles WHERE rolname = current_user
                        """);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private static void enter(Connection connection, Task task) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO dts_sync.ddl_task (task, publication, include, exclude) VALUES (?, ?, ?, ?)
                ON CONFLICT (task) DO UPDATE
                SET publication = excluded.publication, include = excluded.include, exclude = excluded.exclude
                """)) {
            statement.setString(1, task.name());
            statement.setString(2, task.publication());
            statement.setArray(
                    3, connection.createArrayOf("text", task.include().toArray()));
            statement.setArray(
                    4, connection.createArrayOf("text", task.exclude().toArray()));
            statement.executeUpdate();
        }
    }

    /** What is attached or detached later is found by comparison with the trees as they are now. */
    private static void knowRelations(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    SELECT dts_sync.know(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
                      AND n.nspname NOT IN ('information_schema', 'dts_sync')
                      AND NOT EXISTS (SELECT FROM dts_sync.ddl_relation k WHERE k.relid = c.oid)
                    """);
        }
    }

    /** Removes a task; with the last one go the triggers, their functions and everything they recorded. */
    public static void remove(Connection connection, String task) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            EventTriggers.silence(connection);
            statement.execute(LOCK);
            try (PreparedStatement left = connection.prepareStatement("DELETE FROM dts_sync.ddl_task WHERE task = ?")) {
                left.setString(1, task);
                left.executeUpdate();
            }
            try (ResultSet rows = statement.executeQuery("SELECT EXISTS (SELECT FROM dts_sync.ddl_task)")) {
                rows.next();
                if (!rows.getBoolean(1)) {
                    statement.execute("""
                            DROP FUNCTION dts_sync.on_ddl(), dts_sync.ddl_role() CASCADE;
                            DROP FUNCTION dts_sync.record_ddl(text, text, text, text[], jsonb), dts_sync.publish(oid, name),
                                dts_sync.images(oid), dts_sync.know(oid), dts_sync.relation_mark(oid), dts_sync.relation_state(oid);
                            DROP TABLE dts_sync.ddl, dts_sync.ddl_task, dts_sync.ddl_relation
                            """);
                }
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
