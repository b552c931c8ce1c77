package org.dtssync.app.ddl;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.ddl.StatementChoice.Choice;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * Runs statements at the destination as commands ran at the source: as the role, under the search path and the settings. Stateless.
 *
 * @param destination a session in a transaction
 * @param owners whether roles are carried
 */
record CommandSession(Connection destination, boolean owners) {

    /** Runs a statement of a command; what it needs of the session is given back unless it fails, when the caller rolls back. */
    void run(RecordedCommand command, Choice choice) throws SQLException {
        Map<String, String> before = take(command, choice);
        execute(choice.sql());
        giveBack(before);
    }

    /** Settings that this server does not have mean nothing here. Returns what is given back. */
    private Map<String, String> take(RecordedCommand command, Choice choice) throws SQLException {
        Map<String, String> before = current(command);
        try (PreparedStatement statement = destination.prepareStatement("""
                SELECT set_config(name, value, true) FROM unnest(?::text[], ?::text[]) s(name, value)
                WHERE current_setting(name, true) IS DISTINCT FROM value AND current_setting(name, true) IS NOT NULL
                UNION ALL SELECT set_config('check_function_bodies', 'off', true)
                UNION ALL SELECT set_config('lock_timeout', '10s', true)
                UNION ALL SELECT set_config('search_path', coalesce((SELECT string_agg(quote_ident(s), ', ' ORDER BY place)
                    FROM unnest(?::text[]) WITH ORDINALITY p(s, place)), ''), true)
                """)) {
            Map<String, String> settings = command.settings();
            List<String> names = List.copyOf(settings.keySet());
            statement.setArray(1, destination.createArrayOf("text", names.toArray()));
            statement.setArray(
                    2,
                    destination.createArrayOf(
                            "text", names.stream().map(settings::get).toArray()));
            List<String> path = choice.qualified() ? List.of("pg_catalog") : command.path();
            statement.setArray(3, destination.createArrayOf("text", path.toArray()));
            statement.executeQuery().close();
        }
        if (owners && command.role().isPresent()) {
            execute("SET LOCAL ROLE " + Identifiers.quote(command.role().get()));
        }
        return before;
    }

    private Map<String, String> current(RecordedCommand command) throws SQLException {
        Set<String> names = new HashSet<>(command.settings().keySet());
        names.addAll(List.of("check_function_bodies", "search_path", "lock_timeout"));
        Map<String, String> settings = new HashMap<>();
        try (PreparedStatement statement = destination.prepareStatement(
                "SELECT name, current_setting(name, true) FROM unnest(?::text[]) s (name)")) {
            statement.setArray(1, destination.createArrayOf("text", names.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (rows.getString(2) != null) {
                        settings.put(rows.getString(1), rows.getString(2));
                    }
                }
            }
        }
        return settings;
    }

    private void giveBack(Map<String, String> before) throws SQLException {
        execute("RESET ROLE");
        try (PreparedStatement statement = destination.prepareStatement(
                "SELECT set_config(name, value, true) FROM unnest(?::text[], ?::text[]) s (name, value)")) {
            List<String> names = List.copyOf(before.keySet());
            statement.setArray(1, destination.createArrayOf("text", names.toArray()));
            statement.setArray(
                    2,
                    destination.createArrayOf(
                            "text", names.stream().map(before::get).toArray()));
            statement.executeQuery().close();
        }
    }

    /** Runs a statement as it is: braces in a text are no escapes of JDBC. */
    void execute(String sql) throws SQLException {
        try (Statement statement = destination.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
