package org.dtssync.app.ddl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recorder never gets in the application's way, and nobody but its owner writes its rows. */
@ExtendWith(ServersExtension.class)
class DdlRecorderTest {

    @ParameterizedTest
    @ValueSource(ints = {14, 17, 18})
    void itRecordsWhoRanWhatWhereAndHow(int major, Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(major);
        String role = servers.uniqueName();
        try (Connection owner = open(database)) {
            execute(owner, "CREATE ROLE " + role + "; CREATE SCHEMA " + role + " AUTHORIZATION " + role);
            install(owner);
            try {
                try (Connection session = open(database)) {
                    execute(session, "SET SESSION AUTHORIZATION " + role + "; SET TimeZone = 'Asia/Tokyo'");
                    execute(session, "create table mine (id int primary key); alter table mine add z timestamptz");
                    execute(session, "do $$ begin execute 'alter table mine add y int'; end $$");
                    execute(session, "begin; create table gone (a int); rollback");
                    assertRefused(session);
                }

                assertThat(rows(owner, "tag, ordinal::text, role, path::text, settings ->> 'TimeZone', context"))
                        .containsExactly(
                                "CREATE TABLE|1|" + role + "|[\"" + role + "\", \"public\"]|Asia/Tokyo|null",
                                "ALTER TABLE|2|" + role + "|[\"" + role + "\", \"public\"]|Asia/Tokyo|null",
                                "ALTER TABLE|null|" + role + "|[\"" + role
                                        + "\", \"public\"]|Asia/Tokyo|SQL statement \"alter table mine"
                                        + " add y int\"\nPL/pgSQL function inline_code_block line 1 at EXECUTE");
                assertThat(rows(owner, "text IS NOT NULL, text_number - number"))
                        .containsExactly("t|null", "f|-1", "t|null");
                assertThat(rows(owner, "jsonb_path_query_array(relations, '$.*.columns[*].name')::text"))
                        .containsExactly("[\"id\"]", "[\"id\", \"z\"]", "[\"id\", \"z\", \"y\"]");
            } finally {
                execute(owner, "DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
            }
        }
    }

    /** A command in between makes it read again; one that was recorded and may still commit before the position is waited for. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aReadingIsOfTheMomentBetweenTwoCommands(int major, Servers servers) throws Exception {
        DatabaseSettings database = servers.freshDatabase(major);
        try (Connection owner = open(database);
                Connection session = open(database)) {
            install(owner);
            List<String> found = new ArrayList<>();
            SteadyReading.during(owner, () -> {
                found.add(tables(database));
                if (found.size() == 1) {
                    executeIn(session, "create table disturbing (a int)");
                }
            });
            assertThat(found).containsExactly("0", "1");

            execute(session, "begin; create table unfinished (a int)");
            CompletableFuture<Lsn> reading = CompletableFuture.supplyAsync(() -> {
                try {
                    return SteadyReading.during(owner, () -> found.add(tables(database)));
                } catch (SQLException | InterruptedException e) {
                    throw new CompletionException(e);
                }
            });
            await().atMost(Duration.ofSeconds(10)).until(() -> found.size() == 3);
            assertThat(reading).isNotDone();
            execute(session, "commit");
            reading.get(20, TimeUnit.SECONDS);
            assertThat(found).containsExactly("0", "1", "1", "2");

            String before = SteadyReading.snapshot(owner);
            SteadyReading.requireNoneSince(owner, before);
            execute(session, "drop table unfinished");
            assertThatThrownBy(() -> SteadyReading.requireNoneSince(owner, before))
                    .hasMessageContaining("The structure of the source changed while it was read.");
        }
    }

    private static String tables(DatabaseSettings database) {
        try (Connection connection = open(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void executeIn(Connection connection, String sql) {
        try {
            execute(connection, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertRefused(Connection session) {
        for (String forged : List.of(
                "INSERT INTO dts_sync.ddl (event, tag) VALUES ('command', 'DROP TABLE')",
                "UPDATE dts_sync.ddl SET text = 'drop table x'",
                "SELECT text FROM dts_sync.ddl",
                "SELECT dts_sync.record_ddl('sql_drop', 'DROP TABLE', 'postgres', '{}', '{}')",
                "SELECT dts_sync.publish('mine'::regclass, 'dts_sync_t')",
                "ALTER EVENT TRIGGER \"!dts_sync_2_end\" DISABLE",
                "CREATE OR REPLACE FUNCTION dts_sync.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'")) {
            assertThatThrownBy(() -> execute(session, forged))
                    .as(forged)
                    .hasMessageMatching("(?s).*(permission denied|must be owner).*");
        }
    }

    /** Names and operators of whoever changes the structure are not what the entries of the recorder use. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aHostileSearchPathChangesNothing(int major, Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(major);
        try (Connection owner = open(database)) {
            execute(owner, """
                    CREATE SCHEMA evil;
                    CREATE FUNCTION evil.refuse(text, text) RETURNS text LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION 'called'; END $$;
                    CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT evil.refuse($1, $1)';
                    CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT evil.refuse($1, $2)';
                    CREATE FUNCTION evil.current_query() RETURNS text LANGUAGE sql AS $$ SELECT evil.refuse('', '') $$;
                    CREATE OPERATOR evil.|| (leftarg = text, rightarg = text, function = evil.refuse);
                    CREATE DOMAIN evil.text AS pg_catalog.text CHECK (evil.refuse(VALUE, VALUE) IS NULL)
                    """);
            install(owner);
            execute(owner, "SET search_path = evil, public, pg_catalog; SET standard_conforming_strings = off");

            execute(owner, "create table public.plain (id int primary key)");

            execute(owner, "RESET ALL");
            assertThat(rows(owner, "event, tag, path::pg_catalog.text"))
                    .containsExactly("command|CREATE TABLE|[\"evil\", \"public\", \"pg_catalog\"]");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whateverIsBrokenTheCommandPasses(int major, Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(major);
        try (Connection owner = open(database)) {
            install(owner);
            execute(owner, """
                    CREATE OR REPLACE FUNCTION dts_sync.relation_state(rel oid) RETURNS jsonb LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION 'broken'; END $$
                    """);
            execute(owner, "create table passes (id int primary key); drop table passes");
            assertThat(rows(owner, "event, error")).contains("failed|broken");

            execute(owner, "DROP TABLE dts_sync.ddl CASCADE");
            execute(owner, "create table passes (id int primary key); alter table passes add a int; drop table passes");

            execute(owner, "DROP SCHEMA dts_sync CASCADE");
            execute(owner, "create table passes (id int primary key)");
            assertThat(query(owner, "SELECT count(*) FROM pg_event_trigger")).containsExactly("0");
        }
    }

    /** The second of two sessions that make tables at once does not wait for the first one's publication. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aNewTableIsPublishedInItsTransactionOrSaysWhyNot(int major, Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(major);
        try (Connection owner = open(database);
                Connection other = open(database)) {
            install(owner);
            execute(owner, "CREATE PUBLICATION dts_sync_t FOR TABLE ONLY dts_sync.ddl");
            execute(owner, "begin; create table first (id int primary key)");
            assertThat(query(owner, "SELECT prrelid::regclass FROM pg_publication_rel ORDER BY 1"))
                    .containsExactly("dts_sync.ddl", "first");

            long begin = System.nanoTime();
            execute(other, "create table second (id int primary key)");
            assertThat(System.nanoTime() - begin).isLessThan(5_000_000_000L);
            execute(owner, "commit");

            List<String> effects = rows(owner, "jsonb_path_query_first(effects, '$.tasks.t.*') #>> '{}'");
            assertThat(effects).anySatisfy(effect -> assertThat(effect).startsWith("published "));
            assertThat(effects)
                    .anySatisfy(effect -> assertThat(effect)
                            .startsWith(
                                    major < 15
                                            ? "published "
                                            : "not published: canceling statement due to lock timeout"));
            execute(owner, "create table aside.unselected (id int)");
            assertThat(query(
                            owner,
                            "SELECT count(*) FROM pg_publication_rel WHERE prrelid = 'aside.unselected'::regclass"))
                    .containsExactly("0");

            RecorderRemoval.remove(owner, "t");
            assertThat(query(owner, "SELECT evtname FROM pg_event_trigger")).isEmpty();
            assertThat(query(owner, "SELECT relname FROM pg_class WHERE relnamespace = 'dts_sync'::regnamespace"))
                    .isEmpty();
            assertThat(query(owner, "SELECT proname FROM pg_proc WHERE pronamespace = 'dts_sync'::regnamespace"))
                    .isEmpty();
        }
    }

    /** What a superuser runs once serves an account that may not make event triggers, and gives it none of a superuser's rights. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aSuperuserInstallsItForAnotherAccount(int major, Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(major);
        String account = servers.uniqueName();
        try (Connection superuser = open(database)) {
            execute(
                    superuser,
                    "CREATE ROLE " + account + "; GRANT CREATE ON DATABASE " + superuser.getCatalog() + " TO "
                            + account);
            execute(superuser, "CREATE SCHEMA dts_sync AUTHORIZATION " + account + "; CREATE SCHEMA aside");
            try (Connection owner = open(database)) {
                execute(owner, "SET SESSION AUTHORIZATION " + account);
                // What the account has put there must not run with a superuser's rights.
                execute(owner, """
                        CREATE TABLE dts_sync.ddl (number bigint DEFAULT pg_backend_pid());
                        CREATE FUNCTION dts_sync.record_ddl(text, text, text, text[], jsonb) RETURNS void LANGUAGE sql AS
                            'ALTER ROLE %s SUPERUSER'
                        """.formatted(account));
                assertThat(DdlRecorder.mayInstall(owner)).isFalse();

                for (String statement : DdlRecorder.statements(account)) {
                    execute(superuser, statement);
                }

                assertThat(DdlRecorder.isInstalled(owner)).isTrue();
                execute(superuser, "create table before (id int)");
                execute(owner, "CREATE PUBLICATION dts_sync_t");
                DdlRecorder.enter(owner, new DdlRecorder.Task("t", "dts_sync_t", List.of("^public[.]"), List.of()));
                assertThat(DdlRecorder.gap(owner, "t", "dts_sync_t")).isEmpty();
                execute(superuser, "create table mine (id int primary key)");
                assertThat(rows(owner, "tag, role, effects IS NOT NULL"))
                        .containsExactly("CREATE TABLE|" + database.user() + "|t");
                assertThat(query(owner, "SELECT prrelid::regclass FROM pg_publication_rel ORDER BY 1"))
                        .containsExactlyInAnyOrder("dts_sync.ddl", "mine");
                for (String forged : List.of(
                        "INSERT INTO dts_sync.ddl (event, tag) VALUES ('command', 'DROP TABLE')",
                        "CREATE TRIGGER x BEFORE INSERT ON dts_sync.ddl EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                        "DROP FUNCTION dts_sync.on_ddl() CASCADE",
                        "DROP TABLE dts_sync.ddl",
                        "ALTER SCHEMA dts_sync RENAME TO other",
                        "SELECT dts_sync.ddl_enter('x', 'another', '{.}', '{}', 0)")) {
                    assertThatThrownBy(() -> execute(owner, forged))
                            .as(forged)
                            .hasMessageMatching("(?s).*(permission denied|must be owner|is none of dts-sync).*");
                }

                assertThat(DdlRecorder.passed(owner, "t", DdlRecorder.oldestTransaction(owner)))
                        .isEqualTo(1);
                RecorderRemoval.remove(owner, "t");
                execute(superuser, "create table later (id int primary key)");
                assertThat(rows(superuser, "tag")).isEmpty();
            } finally {
                execute(
                        superuser,
                        "DROP SCHEMA dts_sync CASCADE; DROP OWNED BY " + account + " CASCADE; DROP ROLE " + account);
            }
            assertThat(query(superuser, "SELECT count(*) FROM pg_event_trigger"))
                    .containsExactly("0");
        }
    }

    /** To send rows again, the recorder updates them with its own rights: nothing that an owner of tables wrote may run then. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void noCodeOfAnotherRunsWithItsRights(int major, Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(major);
        String role = servers.uniqueName();
        try (Connection owner = open(database)) {
            execute(owner, "CREATE ROLE " + role + "; GRANT CREATE ON SCHEMA public TO " + role);
            install(owner);
            execute(owner, "CREATE PUBLICATION dts_sync_t FOR TABLE ONLY dts_sync.ddl");
            try (Connection session = open(database)) {
                execute(session, "SET SESSION AUTHORIZATION " + role + "; SET client_min_messages = error");
                execute(session, """
                        CREATE TABLE ran (who text);
                        CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS
                            $$ BEGIN INSERT INTO public.ran VALUES (current_user); RETURN new; END $$;
                        CREATE FUNCTION evil(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
                            $$ BEGIN RETURN $1; END $$;
                        CREATE VIEW watched AS SELECT evil(1)
                        """);
                for (String trap : List.of(
                        "CREATE TRIGGER t BEFORE UPDATE ON trap FOR EACH ROW EXECUTE FUNCTION evil();"
                                + "ALTER TABLE trap ENABLE ALWAYS TRIGGER t",
                        "CREATE RULE r AS ON UPDATE TO trap DO ALSO SELECT evil(1); ALTER TABLE trap ENABLE ALWAYS RULE r",
                        "ALTER TABLE trap ADD CHECK (evil(id) > 0)",
                        "ALTER TABLE trap ADD CHECK (table_to_xml('watched', true, true, '') IS NOT NULL)",
                        "CREATE INDEX ON trap (evil(id))",
                        "ALTER TABLE trap ADD g int GENERATED ALWAYS AS (evil(id)) STORED")) {
                    execute(session, "CREATE TABLE trap (id int PRIMARY KEY, v int); INSERT INTO trap VALUES (1, 1)");
                    execute(session, trap);
                    execute(session, "ALTER TABLE trap ALTER v TYPE bigint");

                    assertThat(query(owner, "SELECT who FROM ran WHERE who <> '" + role + "'"))
                            .as(trap)
                            .isEmpty();
                    assertThat(rows(owner, "event, error"))
                            .last()
                            .as(trap)
                            .isEqualTo("images|code of its owner would run with the rights of dts-sync");
                    execute(session, "DROP TABLE trap");
                }
                execute(
                        session,
                        "CREATE TABLE trap (id int PRIMARY KEY CHECK (id > 0), v int); INSERT INTO trap VALUES (1, 1)");
                execute(session, "ALTER TABLE trap ALTER v TYPE bigint");
                assertThat(rows(owner, "event, error")).last().isEqualTo("images end|null");
                execute(owner, "CREATE SCHEMA \"My-App\"; CREATE TABLE \"My-App\".odd (id int PRIMARY KEY)");
                execute(owner, "ALTER PUBLICATION dts_sync_t ADD TABLE \"My-App\".odd");
                execute(owner, "ALTER TABLE \"My-App\".odd ALTER id TYPE bigint");
                assertThat(rows(owner, "event, objects -> 0 ->> 'schema'"))
                        .last()
                        .isEqualTo("images end|My-App");
            } finally {
                execute(owner, "DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
            }
        }
    }

    /** A task that is behind keeps the rows; one that has had them lets them go. */
    @Test
    void rowsGoOnceEveryTaskHasHadThem(Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(17);
        try (Connection owner = open(database);
                Connection other = open(database)) {
            install(owner);
            DdlRecorder.enter(owner, new DdlRecorder.Task("u", "dts_sync_u", List.of("^public[.]"), List.of()));
            execute(owner, "create table one (id int primary key)");
            execute(other, "begin; create table two (id int primary key)");
            execute(owner, "create table three (id int primary key)");
            String oldest = DdlRecorder.oldestTransaction(owner);

            assertThat(DdlRecorder.passed(owner, "t", oldest)).isZero();
            assertThat(DdlRecorder.passed(owner, "u", oldest)).isEqualTo(1);
            execute(other, "commit");
            assertThat(rows(owner, "objects -> 0 ->> 'identity'")).containsExactly("public.two", "public.three");
            RecorderRemoval.remove(owner, "u");
            assertThat(DdlRecorder.passed(owner, "t", DdlRecorder.oldestTransaction(owner)))
                    .isEqualTo(2);

            execute(owner, "ALTER EVENT TRIGGER \"!dts_sync_2_end\" DISABLE");
            assertThat(DdlRecorder.gap(owner, "t", "dts_sync_t"))
                    .contains("its event triggers are gone, disabled or of another release");
            DdlRecorder.install(owner);
            assertThat(DdlRecorder.gap(owner, "t", "dts_sync_t"))
                    .contains("table dts_sync.ddl is not in publication dts_sync_t any more");
        }
    }

    /** The index of the replica identity does not say whose it was, and what is sent afterwards has another key. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aChosenIdentityIsPartOfTheShape(int major, Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(major);
        MissedChanges missed = new MissedChanges(new DatabaseConnections(End.SOURCE, database, "test"));
        List<TableName> table = List.of(new TableName("public", "chosen"));
        try (Connection owner = open(database)) {
            install(owner);
            execute(owner, "CREATE TABLE chosen (id int PRIMARY KEY, u int NOT NULL, w int NOT NULL)");
            execute(owner, "CREATE UNIQUE INDEX chosen_u ON chosen (u); CREATE UNIQUE INDEX chosen_w ON chosen (w)");
            execute(owner, "ALTER TABLE chosen REPLICA IDENTITY USING INDEX chosen_u");
            assertThat(rows(owner, KEY)).last().isEqualTo("ALTER TABLE|[\"u\"]");
            execute(owner, "REINDEX TABLE chosen");
            assertThat(missed.among(table)).isEmpty();

            execute(owner, "DROP INDEX chosen_u");

            assertThat(rows(owner, KEY)).last().isEqualTo("DROP INDEX|[\"id\"]");
            assertThat(missed.among(table)).isEmpty();
            execute(owner, "ALTER TABLE chosen REPLICA IDENTITY DEFAULT");
            assertThat(missed.among(table)).isEmpty();
            execute(
                    owner,
                    "BEGIN; ALTER EVENT TRIGGER \"!dts_sync_2_end\" DISABLE;"
                            + "ALTER TABLE chosen REPLICA IDENTITY USING INDEX chosen_w;"
                            + "ALTER EVENT TRIGGER \"!dts_sync_2_end\" ENABLE ALWAYS; COMMIT");
            assertThat(missed.among(table)).containsExactlyElementsOf(table);
        }
    }

    /** What was recorded while the records were not published counts as missed, until a person accepts it. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatWasNotSentIsMissed(int major, Servers servers) throws SQLException {
        DatabaseSettings database = servers.freshDatabase(major);
        MissedChanges missed = new MissedChanges(new DatabaseConnections(End.SOURCE, database, "test"));
        SourceRecorder recorder = new SourceRecorder(
                End.SOURCE, "t", "dts_sync_t", new ObjectSelection(List.of("public.*"), List.of(), Owners.KEEP), 1);
        TableName touched = new TableName("public", "touched");
        TableName gone = new TableName("public", "gone");
        TableName other = new TableName("public", "other");
        List<TableName> tables = List.of(touched, gone, other);
        try (Connection owner = open(database)) {
            install(owner);
            execute(owner, "CREATE PUBLICATION dts_sync_t FOR TABLE ONLY dts_sync.ddl");
            execute(owner, "CREATE TABLE touched (id int); CREATE TABLE gone (id int); CREATE TABLE other (id int)");
            execute(owner, "UPDATE dts_sync.ddl_task SET passed = pg_current_xact_id()");
            assertThat(missed.among(tables)).isEmpty();
            execute(owner, "ALTER PUBLICATION dts_sync_t DROP TABLE dts_sync.ddl");
            execute(owner, "ALTER TABLE touched ALTER id TYPE bigint; DROP TABLE gone");

            recorder.resume(owner);

            assertThat(DdlRecorder.gap(owner, "t", "dts_sync_t")).isEmpty();
            assertThat(missed.among(tables)).containsExactlyInAnyOrder(touched, gone);
            DdlRecorder.accept(owner, tables);
            assertThat(missed.among(tables)).isEmpty();

            execute(owner, "DELETE FROM dts_sync.ddl_task; ALTER TABLE other ADD a int");
            recorder.resume(owner);
            assertThat(missed.among(tables)).containsExactlyInAnyOrder(touched, gone, other);
        }
    }

    private static final String KEY = "tag, (SELECT value -> 'identity' FROM jsonb_each(relations) LIMIT 1)::text";

    private static void install(Connection owner) throws SQLException {
        execute(owner, "CREATE SCHEMA dts_sync; CREATE SCHEMA aside; REVOKE ALL ON SCHEMA dts_sync FROM PUBLIC");
        DdlRecorder.install(owner);
        DdlRecorder.enter(owner, new DdlRecorder.Task("t", "dts_sync_t", List.of("^public[.]"), List.of()));
    }

    /** In simple mode the driver sends a text as one message. */
    private static Connection open(DatabaseSettings database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("preferQueryMode", "simple");
        return DriverManager.getConnection(database.url(), properties);
    }

    private static List<String> rows(Connection connection, String columns) throws SQLException {
        return query(connection, "SELECT " + columns + " FROM dts_sync.ddl ORDER BY number");
    }

    private static List<String> query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    values.add(String.valueOf(rows.getString(i)));
                }
                lines.add(String.join("|", values));
            }
            return lines;
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
