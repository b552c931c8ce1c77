package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SessionSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No setting of a database or a role changes what our sessions do. */
@ExtendWith(ServersExtension.class)
class SessionSettingsTest {

    private static final List<String> SET_BY_THE_DRIVER = List.of("TimeZone", "DateStyle", "extra_float_digits");

    private final List<Runnable> cleaning = new ArrayList<>();

    @AfterEach
    void clean() {
        cleaning.forEach(Runnable::run);
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 17, 18})
    void everySettingOfAServerIsDecided(int version, Servers servers) throws SQLException {
        List<String> undecided = new ArrayList<>();
        try (Connection connection = connect(servers.freshDatabase(version), "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT name FROM pg_settings WHERE context IN ('user', 'superuser') AND name !~ '[.]' ORDER BY 1")) {
            while (rows.next()) {
                if (SessionSettings.of(rows.getString(1)).isEmpty()) {
                    undecided.add(rows.getString(1));
                }
            }
        }

        assertThat(undecided).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 17, 18})
    void sessionsHaveTheirOwnValues(int version, Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(version);
        Map<String, String> expected = ours(database);
        String object = objects(database, servers);
        try (Connection connection = connect(database, "")) {
            Map<String, String> odd = OddSettings.of(connection, object);
            assertThat(odd).hasSizeGreaterThan(35);
            OddSettings.give(connection, "DATABASE " + Identifiers.quote(connection.getCatalog()), odd);
            assertThat(expected.keySet()).containsAll(odd.keySet());
        }
        assertOdd(database, expected);
        assertThat(ours(database)).isEqualTo(expected);
        assertThat(streaming(database)).isEqualTo(expected);

        DatabaseSettings other = servers.freshDatabase(version);
        String account = servers.uniqueName();
        DatabaseSettings asAccount = new DatabaseSettings(other.url(), account, "unused", Map.of());
        execute(other, "CREATE ROLE " + account + " LOGIN SUPERUSER PASSWORD 'unused'");
        cleaning.add(() -> execute(other, "DROP ROLE " + account));
        String there = objects(other, servers);
        try (Connection connection = connect(other, "")) {
            OddSettings.give(connection, "ROLE " + account, OddSettings.of(connection, there));
        }
        assertOdd(asAccount, expected);
        assertThat(ours(asAccount)).isEqualTo(expected);
    }

    /** All of them at once, at both ends; lists with NULL, and texts that look like it. */
    @Test
    void rowsArriveAsTheyAreWhateverTheDatabasesAreSetTo(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        execute(source, """
                CREATE TABLE public.rich (id int PRIMARY KEY, texts text[], numbers int[], f float8, d date, t timestamptz,
                    i interval, b bytea, m money, x xml, j jsonb, s text, y timestamp[]);
                CREATE VIEW public.seen AS SELECT id, s FROM public.rich;
                CREATE MATERIALIZED VIEW public.kept AS SELECT id, s FROM public.seen;
                """ + insert(1));
        for (DatabaseSettings database : List.of(source, destination)) {
            String object = objects(database, servers);
            try (Connection connection = connect(database, "")) {
                Map<String, String> odd = OddSettings.of(connection, object);
                // The precheck refuses a destination that applications could not write to.
                odd.remove("default_transaction_read_only");
                OddSettings.give(connection, "DATABASE " + Identifiers.quote(connection.getCatalog()), odd);
            }
        }
        try (RunningPair pair = RunningPair.start(TaskFiles.of(servers, source, destination))) {
            String rows = "SELECT md5(string_agg(r::text, '|' ORDER BY id)) || count(*) FROM public.rich r";
            assertThat(clean(destination, rows)).isEqualTo(clean(source, rows));
            execute(
                    source,
                    insert(100) + "UPDATE public.rich SET texts = texts || NULL::text || 'NULL'::text WHERE id < 5;");
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> clean(destination, rows).equals(clean(source, rows)));
            assertThat(clean(destination, "SELECT texts::text || numbers::text FROM public.rich WHERE id = 1"))
                    .isEqualTo("{NULL,\"NULL\",\"null\",\"a \\\\ b\",NULL,\"NULL\"}{1,NULL,3}");
            // The access methods that the settings name are not migrated.
            assertThat(pair.perform(new TaskCommand.Switchover(SwitchMode.REHEARSE, false, true))
                            .error())
                    .isEmpty();
        }
    }

    private static String insert(int first) {
        return """
                INSERT INTO public.rich
                SELECT g, ARRAY[NULL, 'NULL', 'null', 'a \\ b'], ARRAY[1, NULL, 3], 1.0 / 3 + g, '2026-03-04', '2026-03-04 05:06:07+02',
                       '-1 year 2 mons -3 days 04:05:06.7', '\\xdeadbeef', 12345.67, '<a>b</a>', '{"a": [1, null]}', E'x\\\\y''z',
                       ARRAY['2026-03-04 05:06:07'::timestamp, NULL]
                FROM generate_series(%d, %d) g;
                """.formatted(first, first + 9);
    }

    /** A role, a table access method and a tablespace of one name. */
    private String objects(DatabaseSettings database, Servers servers) throws SQLException {
        String name = servers.uniqueName();
        execute(database, "CREATE ROLE " + name);
        execute(database, "CREATE ACCESS METHOD " + name + " TYPE TABLE HANDLER heap_tableam_handler");
        boolean inPlace = clean(database, "SELECT current_setting('server_version_num')::int >= 150000")
                .equals("t");
        if (inPlace) {
            execute(database, "SET allow_in_place_tablespaces = on", "CREATE TABLESPACE " + name + " LOCATION ''");
        }
        cleaning.add(() -> execute(database, "ALTER DATABASE " + name(database) + " RESET ALL"));
        if (inPlace) {
            cleaning.add(() -> execute(database, "DROP TABLESPACE " + name));
        }
        cleaning.add(() -> execute(database, "DROP ROLE " + name));
        return name;
    }

    private static String name(DatabaseSettings database) {
        return Identifiers.quote(database.url().replaceFirst(".*/", ""));
    }

    private static void assertOdd(DatabaseSettings database, Map<String, String> expected) throws SQLException {
        try (Connection connection = connect(database, "")) {
            boolean tablespaces = connection.getMetaData().getDatabaseMajorVersion() >= 15;
            Map<String, String> values = values(connection);
            values.keySet().removeAll(SET_BY_THE_DRIVER);
            values.keySet().retainAll(expected.keySet());
            if (!tablespaces) {
                values.remove("default_tablespace");
            }
            assertThat(values)
                    .allSatisfy((name, value) -> assertThat(value).as(name).isNotEqualTo(expected.get(name)));
        }
    }

    private static Map<String, String> ours(DatabaseSettings database) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "dts_sync_test").open()) {
            return values(connection);
        }
    }

    private static Map<String, String> streaming(DatabaseSettings database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", "unused");
        properties.setProperty("replication", "database");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("assumeMinServerVersion", "9.4");
        try (Connection connection = DriverManager.getConnection(database.url(), properties)) {
            SessionSettings.applyToStream(connection);
            return values(connection);
        }
    }

    /** What each fixed setting is in a session. */
    private static Map<String, String> values(Connection connection) throws SQLException {
        Map<String, String> values = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT name, current_setting(name) FROM pg_settings UNION SELECT 'role', current_setting('role')")) {
            while (rows.next()) {
                if (SessionSettings.of(rows.getString(1)).orElse(null) instanceof SessionSettings.Decision.Fixed) {
                    values.put(rows.getString(1), rows.getString(2));
                }
            }
        }
        return values;
    }

    private static String clean(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection =
                        connect(database, "-c search_path=pg_catalog -c IntervalStyle=postgres -c role=none");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void execute(DatabaseSettings database, String... statements) {
        try (Connection connection = connect(
                        database,
                        "-c default_transaction_read_only=off -c role=none -c exit_on_error=off -c array_nulls=on"
                                + " -c default_table_access_method=heap -c default_tablespace= -c standard_conforming_strings=on"
                                + " -c IntervalStyle=postgres -c DateStyle=ISO -c xmloption=content -c backslash_quote=on");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Connection connect(DatabaseSettings database, String options) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", "unused");
        properties.setProperty("options", options);
        return DriverManager.getConnection(database.url(), properties);
    }
}
