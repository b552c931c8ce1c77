package org.dtssync.app.ddl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application goes on changing and deleting rows of published tables, whatever becomes of their keys and partitions. */
@ExtendWith(ServersExtension.class)
class IdentityGuardTest {

    /**
     * One change after which a table would have no usable replica identity.
     *
     * @param setup makes and publishes what is changed
     * @param change the change
     * @param table the table that rows are changed in
     * @param identity the replica identity it has then
     */
    private record Case(String setup, String change, String table, String identity) {}

    private static final String FULL_ROOT = "CREATE TABLE root (a int, b text) PARTITION BY LIST (a);"
            + "ALTER TABLE root REPLICA IDENTITY FULL; CREATE PUBLICATION dts_sync_t FOR TABLE root"
            + " WITH (publish_via_partition_root = true)";

    private static final String CHOSEN_ROOT =
            "CREATE TABLE root (a int NOT NULL, b text) PARTITION BY LIST (a); CREATE UNIQUE INDEX chosen ON root (a);"
                    + "ALTER TABLE root REPLICA IDENTITY USING INDEX chosen; CREATE PUBLICATION dts_sync_t FOR TABLE root"
                    + " WITH (publish_via_partition_root = true)";

    private static final String KEYED = "CREATE TYPE kind AS ENUM ('x');"
            + "CREATE TABLE keyed (a int, k kind DEFAULT 'x', b text, PRIMARY KEY (a, k));"
            + "CREATE PUBLICATION dts_sync_t FOR TABLE ONLY keyed";

    private static final String INDEXED =
            "CREATE TABLE keyed (a int NOT NULL, b text); CREATE UNIQUE INDEX chosen ON keyed (a);"
                    + "ALTER TABLE keyed REPLICA IDENTITY USING INDEX chosen; CREATE PUBLICATION dts_sync_t FOR TABLE ONLY keyed";

    private static final List<Case> CASES = List.of(
            new Case(FULL_ROOT, "CREATE TABLE leaf PARTITION OF root FOR VALUES IN (1)", "leaf", "f"),
            new Case(
                    FULL_ROOT,
                    "CREATE TABLE leaf (a int, b text); ALTER TABLE root ATTACH PARTITION leaf FOR VALUES IN (1)",
                    "root",
                    "f"),
            new Case(FULL_ROOT, "CREATE SCHEMA other CREATE TABLE leaf PARTITION OF public.root DEFAULT", "root", "f"),
            new Case(
                    FULL_ROOT,
                    "CREATE TABLE middle (a int, b text) PARTITION BY LIST (b);"
                            + "CREATE TABLE leaf PARTITION OF middle DEFAULT;"
                            + "ALTER TABLE root ATTACH PARTITION middle FOR VALUES IN (1)",
                    "root",
                    "f"),
            new Case(
                    FULL_ROOT,
                    "DO $$ BEGIN EXECUTE format('CREATE TABLE %I PARTITION OF root DEFAULT', 'leaf'); END $$",
                    "leaf",
                    "f"),
            new Case(CHOSEN_ROOT, "CREATE TABLE leaf PARTITION OF root DEFAULT", "leaf", "i"),
            new Case(
                    CHOSEN_ROOT,
                    "CREATE TABLE leaf (b text, a int NOT NULL); ALTER TABLE leaf REPLICA IDENTITY NOTHING;"
                            + "ALTER TABLE root ATTACH PARTITION leaf DEFAULT",
                    "root",
                    "i"),
            new Case(KEYED, "ALTER TABLE keyed DROP CONSTRAINT keyed_pkey", "keyed", "f"),
            new Case(KEYED, "ALTER TABLE keyed DROP COLUMN k", "keyed", "f"),
            new Case(KEYED, "DROP TYPE kind CASCADE", "keyed", "f"),
            new Case(KEYED, "ALTER TABLE keyed REPLICA IDENTITY NOTHING", "keyed", "d"),
            new Case(
                    KEYED,
                    "BEGIN; ALTER TABLE keyed DROP CONSTRAINT keyed_pkey; INSERT INTO keyed VALUES (7);"
                            + "ALTER TABLE keyed ADD PRIMARY KEY (a); COMMIT",
                    "keyed",
                    "d"),
            new Case(KEYED, "BEGIN; SAVEPOINT s; ALTER TABLE keyed DROP COLUMN k; ROLLBACK TO s; COMMIT", "keyed", "d"),
            new Case(INDEXED, "DROP INDEX chosen", "keyed", "f"),
            new Case(INDEXED, "ALTER TABLE keyed ADD PRIMARY KEY (a); DROP INDEX chosen", "keyed", "d"));

    @ParameterizedTest
    @ValueSource(ints = {14, 17, 18})
    void theApplicationGoesOnChangingRows(int major, Servers servers) throws SQLException {
        try (Connection source = open(servers, major)) {
            for (Case one : CASES) {
                execute(
                        source,
                        "DROP SCHEMA IF EXISTS other CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
                execute(source, "DROP PUBLICATION IF EXISTS dts_sync_t; CREATE SCHEMA IF NOT EXISTS dts_sync");
                IdentityGuard.removeIfUnused(source);
                execute(source, one.setup());
                IdentityGuard.install(source);
                assertThat(IdentityGuard.isInstalled(source)).isTrue();

                execute(source, one.change());

                changeRows(source, one.table());
                assertThat(text(source, """
                                SELECT relreplident FROM pg_class WHERE relname IN ('leaf', 'keyed') AND relkind = 'r'
                                """)).as(one.change()).isEqualTo(one.identity());
            }
        }
    }

    @Test
    void withoutItTheApplicationIsRefused(Servers servers) throws SQLException {
        try (Connection source = open(servers, 17)) {
            execute(source, FULL_ROOT);
            execute(source, "CREATE TABLE leaf PARTITION OF root FOR VALUES IN (1)");

            assertThatThrownBy(() -> changeRows(source, "leaf"))
                    .hasMessageContaining("does not have a replica identity");

            execute(source, "CREATE SCHEMA dts_sync");
            IdentityGuard.repair(source);
            changeRows(source, "leaf");
        }
    }

    /** From 18 on a whole row with generated columns is no identity either. */
    @Test
    void aTableThatCannotBePublishedAnyMoreLeavesThePublication(Servers servers) throws SQLException {
        try (Connection source = open(servers, 18)) {
            execute(source, "CREATE SCHEMA dts_sync");
            IdentityGuard.install(source);
            execute(source, KEYED);

            execute(source, "ALTER TABLE keyed ADD twice int GENERATED ALWAYS AS (a * 2) STORED");
            assertThat(text(source, "SELECT count(*) FROM pg_publication_rel")).isEqualTo("1");
            execute(source, "ALTER TABLE keyed DROP CONSTRAINT keyed_pkey");

            changeRows(source, "keyed");
            assertThat(text(source, "SELECT count(*) FROM pg_publication_rel")).isEqualTo("0");
        }
    }

    /** What a superuser runs once serves an account that may not make event triggers, and the account can remove it. */
    @Test
    void aSuperuserInstallsItForAnotherAccount(Servers servers) throws SQLException {
        String account = servers.uniqueName();
        try (Connection source = open(servers, 17)) {
            execute(source, "CREATE ROLE " + account);
            try {
                execute(source, "SET SESSION AUTHORIZATION " + account);
                assertThat(IdentityGuard.mayInstall(source)).isFalse();
                IdentityGuard.install(source);
                assertThat(IdentityGuard.isInstalled(source)).isFalse();

                execute(source, "RESET SESSION AUTHORIZATION");
                for (String statement : IdentityGuard.statements(account)) {
                    execute(source, statement);
                }
                execute(source, KEYED + "; ALTER TABLE keyed OWNER TO " + account);
                execute(source, "CREATE SCHEMA evil AUTHORIZATION " + account);
                execute(source, "SET SESSION AUTHORIZATION " + account);
                assertThat(IdentityGuard.isInstalled(source)).isTrue();
                execute(source, """
                        CREATE FUNCTION evil.evil(text, text) RETURNS text LANGUAGE plpgsql AS
                            $$ BEGIN RAISE EXCEPTION 'called'; END $$;
                        CREATE OPERATOR evil.|| (leftarg = text, rightarg = text, function = evil.evil);
                        SET search_path = evil, public, pg_catalog
                        """);
                execute(source, "ALTER TABLE keyed DROP CONSTRAINT keyed_pkey");
                changeRows(source, "keyed");
                assertThat(text(source, "SELECT relreplident FROM pg_class WHERE relname = 'keyed'"))
                        .isEqualTo("f");

                IdentityGuard.removeIfUnused(source);
                assertThat(IdentityGuard.isInstalled(source))
                        .as("a task is left")
                        .isTrue();
                execute(source, "RESET SESSION AUTHORIZATION; DROP PUBLICATION dts_sync_t");
                execute(source, "SET SESSION AUTHORIZATION " + account);
                IdentityGuard.removeIfUnused(source);
                assertThat(text(source, "SELECT count(*) FROM pg_event_trigger"))
                        .isEqualTo("0");
            } finally {
                execute(
                        source,
                        "RESET SESSION AUTHORIZATION; DROP OWNED BY " + account + " CASCADE; DROP ROLE " + account);
            }
        }
    }

    /** As an application connects: event triggers do not fire for sessions of dts-sync. */
    private static Connection open(Servers servers, int major) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(major);
        return DriverManager.getConnection(database.url(), database.user(), "");
    }

    private static void changeRows(Connection source, String table) throws SQLException {
        execute(source, "INSERT INTO " + table + " (a, b) VALUES (1, 'new')");
        execute(source, "UPDATE " + table + " SET b = 'changed' WHERE a = 1");
        execute(source, "DELETE FROM " + table + " WHERE a = 1");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
