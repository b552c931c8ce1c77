package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.dtssync.app.cli.FailpointTask.Strike;
import org.dtssync.app.pipeline.CommandCase;
import org.dtssync.app.structure.CatalogPrint;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A task dies around transactions that change the structure among rows; both ends are equal in the end. */
@ExtendWith(ServersExtension.class)
class CommandsSurviveFailpointsTest {

    static final List<Strike> COMMANDS = Stream.of(
                    run(Failpoint.CAPTURE_RECORDS_SENT, 1),
                    run(Failpoint.CAPTURE_CUT_SENT, 2),
                    run(Failpoint.CAPTURE_CUT_COMMITTED, 1),
                    run(Failpoint.CAPTURE_CUT_COMMITTED, 2),
                    run(Failpoint.APPLY_COMMAND_RUN, 1),
                    run(Failpoint.APPLY_COMMAND_RUN, 2),
                    run(Failpoint.APPLY_COMMITTED, 1))
            .toList();

    /** Around the cuts of many commands, one after the other. */
    static final List<Strike> EVERY = Stream.of(
                    run(Failpoint.CAPTURE_RECORDS_SENT, 5),
                    run(Failpoint.APPLY_POSITION_ADVANCED, 9),
                    run(Failpoint.CAPTURE_CUT_SENT, 4),
                    run(Failpoint.APPLY_COMMAND_RUN, 12),
                    run(Failpoint.CAPTURE_CUT_COMMITTED, 7),
                    run(Failpoint.APPLY_ROWS_WRITTEN, 6),
                    run(Failpoint.CAPTURE_CUT_CONFIRMED, 3),
                    run(Failpoint.APPLY_COMMITTED, 8),
                    run(Failpoint.APPLY_COMMAND_RUN, 30))
            .toList();

    /** Before the schema objects are read, while rows are copied, while they catch up, and before indexes and constraints are made. */
    static final List<Strike> LOADING = Stream.of(
                    run(Failpoint.CAPTURE_OTHERS_FENCED, 1),
                    run(Failpoint.SNAPSHOT_PLANNED, 1),
                    run(Failpoint.SNAPSHOT_ROWS_IN_TOPIC, 2),
                    run(Failpoint.SNAPSHOT_CHUNK_COMMITTED, 4),
                    run(Failpoint.SNAPSHOT_TABLE_SET_ASIDE, 1),
                    run(Failpoint.APPLY_COMMAND_RUN, 9),
                    run(Failpoint.CATCH_UP_TABLE_TAKEN_UP, 1),
                    run(Failpoint.CATCH_UP_LIST_RENEWED, 1),
                    run(Failpoint.FINALIZE_OBJECTS_MADE, 1))
            .toList();

    private static final String SHOP = """
            CREATE TYPE public.mood AS ENUM ('glad', 'sad');
            CREATE TABLE public.goods (id int PRIMARY KEY, v text, code text UNIQUE);
            INSERT INTO public.goods SELECT i, 'v' || i, 'code' || i FROM generate_series(1, 400) i;
            CREATE INDEX goods_v ON public.goods (v);
            CREATE TABLE public.big (id int PRIMARY KEY, v text, w numeric(10, 2), long text);
            INSERT INTO public.big SELECT i, 'v' || i, i + 0.25, repeat(md5(i::text), 90) FROM generate_series(1, 1500) i;
            ALTER TABLE public.big ALTER long SET STORAGE EXTERNAL;
            CREATE TABLE public.people (id int PRIMARY KEY, name varchar(20), mood public.mood, goods int REFERENCES public.goods);
            INSERT INTO public.people SELECT i, 'p' || i, 'glad', i FROM generate_series(1, 100) i;
            CREATE TABLE public.nokey (a int, b text);
            ALTER TABLE public.nokey REPLICA IDENTITY FULL;
            INSERT INTO public.nokey SELECT i % 30, 'b' FROM generate_series(1, 900) i;
            CREATE TABLE public.parted (id int, region int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
            CREATE TABLE public.parted_0 PARTITION OF public.parted FOR VALUES IN (0);
            INSERT INTO public.parted SELECT i, 0 FROM generate_series(1, 200) i;
            CREATE VIEW public.cheap AS SELECT id, v FROM public.goods;
            CREATE FUNCTION public.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TABLE public.quiet (id int PRIMARY KEY, v text);
            INSERT INTO public.quiet SELECT i, 'q' FROM generate_series(1, 300) i;
            DO $x$ BEGIN FOR n IN 1..9 LOOP
                EXECUTE format('CREATE TABLE public.gone%s (id int PRIMARY KEY)', n);
                EXECUTE format('CREATE TABLE public.old%s (id int PRIMARY KEY, a text)', n);
                EXECUTE format('INSERT INTO public.old%s SELECT i, ''a'' FROM generate_series(1, 50) i', n);
            END LOOP; END $x$;
            """;

    /** What migrations do, each message by itself as their tools send it. */
    private static final String MIGRATION = """
            INSERT INTO public.goods (id, v, code) SELECT 1000 * %1$d + i, 'n', 'n%1$d.' || i FROM generate_series(1, 30) i

            UPDATE public.big SET v = v || '.' WHERE id %% 3 = %1$d %% 3

            BEGIN; ALTER TABLE public.goods ADD c%1$d int NOT NULL DEFAULT %1$d; UPDATE public.goods SET c%1$d = id WHERE id %% 7 = %1$d %% 7; COMMIT

            ALTER TABLE public.big ADD b%1$d text

            UPDATE public.big SET b%1$d = 'x', w = w + 0.1 WHERE id %% 11 = 3; DELETE FROM public.big WHERE id = 40 * %1$d

            ALTER TABLE public.big ALTER w TYPE numeric(14, %1$d)

            BEGIN; CREATE TABLE public.made%1$d (id int PRIMARY KEY, v text UNIQUE, goods int REFERENCES public.goods); INSERT INTO public.made%1$d SELECT i, 'm' || i, i FROM generate_series(1, 40) i; COMMIT

            UPDATE public.made%1$d SET v = 'moved ' || v WHERE id < 20

            CREATE INDEX made%1$d_goods ON public.made%1$d (goods)

            CREATE INDEX CONCURRENTLY goods_c%1$d ON public.goods (c%1$d)

            ALTER TYPE public.mood ADD VALUE 'mood %1$d'

            UPDATE public.people SET mood = 'mood %1$d' WHERE id %% 5 = 0

            CREATE FUNCTION public.f%1$d() RETURNS int LANGUAGE sql AS 'SELECT %1$d'

            CREATE VIEW public.view%1$d AS SELECT id, c%1$d, public.f%1$d() AS f FROM public.goods

            CREATE TYPE public.pair%1$d AS (a int, b text)

            GRANT SELECT ON public.goods, public.made%1$d TO PUBLIC; COMMENT ON TABLE public.goods IS 'comment %1$d'

            ALTER TABLE public.old%1$d RENAME a TO b; ALTER TABLE public.old%1$d RENAME TO renamed%1$d

            INSERT INTO public.renamed%1$d VALUES (100, 'b'); DROP TABLE public.gone%1$d

            CREATE TABLE public.parted_%1$d PARTITION OF public.parted FOR VALUES IN (%1$d); INSERT INTO public.parted SELECT i, %1$d FROM generate_series(1, 20) i

            ALTER TABLE public.nokey ADD k%1$d int DEFAULT %1$d; UPDATE public.nokey SET b = b || '%1$d' WHERE a %% 4 = 1; DELETE FROM public.nokey WHERE a = 10 + %1$d

            ALTER TABLE public.goods ADD CONSTRAINT goods_check%1$d CHECK (c%1$d > -5); ALTER TABLE public.people ADD goods%1$d int REFERENCES public.goods

            CREATE TRIGGER noted%1$d BEFORE UPDATE ON public.goods FOR EACH ROW EXECUTE FUNCTION public.noted()

            ALTER TABLE public.people ALTER name TYPE varchar(%1$d00); UPDATE public.people SET name = repeat('n', %1$d0 + 20) WHERE id = %1$d

            UPDATE public.quiet SET v = v || '%1$d' WHERE id %% 3 = 0; UPDATE public.parted SET id = -id WHERE region = 0 AND id %% 9 = %1$d %% 9
            """;

    private static final String LATER = """
            ALTER INDEX public.goods_c%2$d RENAME TO goods_d%2$d

            ALTER TABLE public.goods DROP CONSTRAINT goods_check%2$d; DROP TRIGGER noted%2$d ON public.goods

            DROP INDEX public.made%2$d_goods; DROP VIEW public.view%2$d; DROP FUNCTION public.f%2$d()

            CREATE OR REPLACE VIEW public.cheap AS SELECT id, v FROM public.goods WHERE id > %1$d
            """;

    @TempDir
    Path directory;

    @Test
    void resumesWhileRowsAreLoaded(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        execute(source, SHOP);
        TaskText text = TaskText.of(servers, source, destination);
        FailpointTask task = FailpointTask.create(
                directory,
                text + "ddl: { mode: carry }\ntopics: { snapshot: read }\nsnapshot: { workers: 1, chunk.rows: 200 }\n");

        int number = 0;
        for (Strike strike : LOADING) {
            task.strike(strike);
            migrate(source, ++number);
        }
        task.succeed("run", "--until", "verified");

        requireEqual(source, destination);
        for (String table : List.of("goods", "big", "people", "parted", "quiet")) {
            UpsertedRows.requireSame(servers, text.name(), source, new TableName("public", table));
        }
        task.succeed("release", "--topics");
    }

    @Test
    void resumesAmongCommandsOfEveryKind(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        String role = servers.uniqueName();
        for (DatabaseSettings end : List.of(source, destination)) {
            execute(end, "CREATE ROLE " + role);
        }
        try {
            execute(source, CommandCase.TABLES + "GRANT ALL ON SCHEMA app, public TO " + role);
            FailpointTask task = FailpointTask.create(
                    directory, TaskText.of(servers, source, destination) + "objects: { include: [ \"*.*\" ] }\n");
            task.succeed("run", "--until", "verified");

            List<CommandCase> cases = CommandCase.every(17, true, role);
            int parts = EVERY.size() + 1;
            for (int part = 0; part < parts; part++) {
                for (CommandCase one : cases.subList(part * cases.size() / parts, (part + 1) * cases.size() / parts)) {
                    one.send(source);
                }
                if (part < EVERY.size()) {
                    task.strike(EVERY.get(part));
                }
            }
            task.succeed("run", "--until", "verified");
            requireEqual(source, destination);
            moveThereAndBack(task, source, destination);
            task.succeed("release", "--topics");
        } finally {
            for (DatabaseSettings end : List.of(source, destination)) {
                execute(end, "DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
            }
        }
    }

    /** With commands between the verification and the switch, of which the switch knows. */
    private static void moveThereAndBack(FailpointTask task, DatabaseSettings source, DatabaseSettings destination)
            throws Exception {
        execute(source, """
                ALTER TABLE public.unit ADD late int DEFAULT 5;
                UPDATE public.unit SET late = id WHERE id < 10;
                CREATE TABLE public.latest (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, v text);
                INSERT INTO public.latest (v) VALUES ('late')
                """);
        task.succeed("switchover");
        requireEqual(source, destination);
        execute(
                destination,
                "UPDATE public.unit SET late = -1 WHERE id < 20; INSERT INTO public.latest (v) VALUES ('moved')");
        task.succeed("rollback");
        requireEqual(source, destination);
        execute(source, "ALTER TABLE public.latest ADD w int; UPDATE public.latest SET w = id");
        task.succeed("run", "--until", "verified");
        requireEqual(source, destination);
    }

    private static void requireEqual(DatabaseSettings source, DatabaseSettings destination) throws SQLException {
        assertThat(catalog(destination)).containsExactlyInAnyOrderElementsOf(catalog(source));
        for (String table : rows(
                source,
                "SELECT oid::regclass FROM pg_class WHERE relnamespace::regnamespace::text"
                        + " !~ '^(pg_|information_schema|dts_sync)' AND relkind IN ('r', 'p') ORDER BY oid::regclass::text")) {
            String query = "SELECT t::text FROM " + table + " t ORDER BY 1";
            assertThat(rows(destination, query)).as(table).isEqualTo(rows(source, query));
        }
    }

    private static void migrate(DatabaseSettings source, int number) throws SQLException {
        String messages = (MIGRATION + (number > 1 ? "\n" + LATER : "")).formatted(number, number - 1);
        for (String message : messages.split("(?m)^\\s*$", -1)) {
            if (!message.isBlank()) {
                execute(source, message.strip());
            }
        }
    }

    /** As it is printed; the source's own identity is for what it sends. */
    private static List<String> catalog(DatabaseSettings database) throws SQLException {
        return CatalogPrint.of(new DatabaseConnections(End.SOURCE, database, "test")).stream()
                .map(line -> line.replaceFirst("^(relation \\S+ \\S+ [rp] [pu]) [dfin] ", "$1 "))
                .toList();
    }

    private static Strike run(Failpoint point, int pass) {
        return Strike.of(point, pass, "run", "--until", "verified");
    }

    @Test
    void resumesAfterEachCrash(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        execute(
                source,
                "CREATE TABLE public.goods (id int PRIMARY KEY, v text);"
                        + "INSERT INTO public.goods SELECT i, 'v' || i FROM generate_series(1, 500) i");
        TaskText text = TaskText.of(servers, source, destination);
        FailpointTask task = FailpointTask.create(directory, text + "ddl: { mode: carry }\n");
        task.succeed("run", "--until", "verified");

        int number = 0;
        for (Strike strike : COMMANDS) {
            change(source, ++number);
            task.strike(strike);
        }
        change(source, ++number);
        task.succeed("run", "--until", "verified");

        for (String query : List.of(
                "SELECT goods::text FROM public.goods ORDER BY id",
                "SELECT made::text FROM public.made" + number + " made ORDER BY id",
                "SELECT attname::text FROM pg_attribute WHERE attrelid = 'public.goods'::regclass AND NOT attisdropped"
                        + " ORDER BY attnum",
                "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1")) {
            assertThat(rows(destination, query)).isEqualTo(rows(source, query));
        }
        task.succeed("release", "--topics");
    }

    /** Rows before, between and behind two commands, in one transaction, and one that only the next makes sense of. */
    private static void change(DatabaseSettings source, int number) throws SQLException {
        int first = 10_000 * number;
        execute(source, """
                BEGIN;
                INSERT INTO public.goods (id, v) VALUES (%1$d, 'before');
                ALTER TABLE public.goods ADD c%2$d int DEFAULT %2$d;
                UPDATE public.goods SET c%2$d = id WHERE id < 20;
                CREATE TABLE public.made%2$d (id int PRIMARY KEY, v text);
                INSERT INTO public.made%2$d SELECT i, 'x' FROM generate_series(1, 30) i;
                DELETE FROM public.goods WHERE id = 100 + %2$d;
                COMMIT;
                UPDATE public.goods SET c%2$d = -1 WHERE id = %1$d
                """.formatted(first, number));
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> rows(DatabaseSettings database, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }
}
