package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Objects that fail at the destination, named in precheck, seen, corrected and skipped by commands of their own. */
@ExtendWith(ServersExtension.class)
class StructureCommandTest {

    /** Refuses what is listed, as a destination does that lacks something. Before PostgreSQL 17 nobody can switch it off for a session. */
    private static final String REFUSE = """
            CREATE SCHEMA guard;
            CREATE TABLE guard.refused (identity text PRIMARY KEY);
            INSERT INTO guard.refused VALUES ('public.twice(integer)'), ('public.totals'), ('public.by_name'),
                ('public.by_price');
            CREATE FUNCTION guard.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
            DECLARE made record;
            BEGIN
                FOR made IN SELECT c.object_identity FROM pg_event_trigger_ddl_commands() c JOIN guard.refused r
                        ON r.identity = c.object_identity LOOP
                    RAISE '% is refused here', made.object_identity;
                END LOOP;
            END $$;
            CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION guard.refuse();
            ALTER EVENT TRIGGER refuse ENABLE ALWAYS;
            """;

    @TempDir
    private Path directory;

    @Test
    void correctsAndSkipsWhatFailedAndGoesOn(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        DatabaseSettings destination = servers.freshDatabase(14);
        execute(source, """
                CREATE TABLE public.item (id int PRIMARY KEY, name text, price int);
                INSERT INTO public.item SELECT i, 'n' || i, -i FROM generate_series(1, 50) i;
                ALTER TABLE public.item ADD CONSTRAINT positive CHECK (price > 0) NOT VALID;
                CREATE FUNCTION public.twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
                CREATE FUNCTION public.taken() RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE VIEW public.totals AS SELECT id, price FROM public.item;
                CREATE VIEW public.of_totals AS SELECT id FROM public.totals;
                CREATE INDEX by_name ON public.item (name);
                CREATE INDEX by_price ON public.item (price);
                """);
        execute(destination, "CREATE FUNCTION public.taken() RETURNS int LANGUAGE sql AS 'SELECT 42'");
        WarmCommandLine dtsSync = new WarmCommandLine(directory);
        String task = dtsSync.file(
                "task.yaml", TaskText.of(servers, source, destination).toString());

        Outcome standing = dtsSync.run("precheck", task);
        assertThat(standing.exitCode()).isEqualTo(3);
        assertThat(standing.out()).contains("Function public.taken() already exists at the destination.");

        execute(destination, "DROP FUNCTION public.taken();" + REFUSE);
        Outcome before = dtsSync.run("run", task, "--until", "schema");
        assertThat(before.exitCode()).as(before.err()).isEqualTo(1);
        assertThat(before.err())
                .contains("function:public.twice(integer) (ERROR: public.twice(integer) is refused here)")
                .contains("dts-sync structure show TASK.yaml 'function:public.twice(integer)'")
                .contains("dts-sync structure set TASK.yaml 'function:public.twice(integer)' FILE");
        assertThat(dtsSync.run("structure", "show", task, "public.twice(integer)")
                        .out())
                .contains("SELECT $1 * 2");
        String corrected = dtsSync.file("twice.sql", """
                DELETE FROM guard.refused WHERE identity = 'public.twice(integer)';
                CREATE FUNCTION public.twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $1'
                """);
        Outcome set = dtsSync.run("structure", "set", task, "public.twice(integer)", corrected);
        assertThat(set.exitCode()).as(set.err()).isZero();

        Outcome views = dtsSync.run("run", task, "--until", "schema");
        assertThat(views.exitCode()).isEqualTo(1);
        assertThat(views.err())
                .contains("2 object(s) of the pre-data section could not be created at the destination: "
                        + "view:public.totals (ERROR: public.totals is refused here); "
                        + "view:public.of_totals (ERROR: relation \"public.totals\" does not exist).");
        assertThat(dtsSync.run("structure", "skip", task, "public.totals").err())
                .contains(
                        "These objects mention it and may need to be corrected or skipped too: view:public.of_totals.");
        assertThat(dtsSync.run("structure", "skip", task, "view:public.of_totals")
                        .exitCode())
                .isZero();

        Outcome indexes = dtsSync.run("run", task, "--until", "verified");
        assertThat(indexes.exitCode()).isEqualTo(1);
        assertThat(indexes.err())
                .contains("2 object(s) of the post-data section could not be created at the destination: ")
                .contains("index:public.by_name (ERROR: public.by_name is refused here)")
                .contains("index:public.by_price (ERROR: public.by_price is refused here)");
        String lower = dtsSync.file("lower.sql", "CREATE INDEX by_lower_name ON public.item (lower(name))");
        assertThat(dtsSync.run("structure", "set", task, "index:public.by_name", lower)
                        .exitCode())
                .isZero();
        assertThat(new CommandLineProcess(directory, Map.of())
                        .run("structure", "skip", task, "index:public.by_price", "--reason", "not needed")
                        .err())
                .isEqualTo("Skipped index:public.by_price. Resume with dts-sync run.\n");

        Outcome unknown = dtsSync.run("structure", "skip", task, "public.nothing");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("has no schema object 'public.nothing'.");
        Outcome made = dtsSync.run("structure", "set", task, "table:public.item", lower);
        assertThat(made.exitCode()).isEqualTo(2);
        assertThat(made.err()).contains("already exists. Change it directly at the destination.");

        Outcome verified = dtsSync.run("run", task, "--until", "verified");
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        assertThat(dtsSync.run("structure", "list", task).out().lines())
                .containsExactlyInAnyOrder(
                        "skipped  post-data index:public.by_price  -- ERROR: public.by_price is refused here"
                                + "  -- skipped: not needed",
                        "skipped  pre-data  view:public.totals  -- ERROR: public.totals is refused here",
                        "skipped  pre-data  view:public.of_totals  -- ERROR: relation \"public.totals\" does not exist");
        assertThat(dtsSync.run("verify", task, "--structure").out().lines())
                .contains(
                        "skipped index:public.by_price (intended)",
                        "skipped view:public.totals (intended)",
                        "skipped view:public.of_totals (intended)",
                        "corrected index:public.by_name (intended)");
        assertThat(dtsSync.run("structure", "show", task, "index:public.by_name")
                        .out())
                .isEqualTo("CREATE INDEX by_lower_name ON public.item (lower(name))\n");
        execute(destination, """
                DO $$ BEGIN
                    ASSERT public.twice(4) = 8 AND to_regclass('public.by_lower_name') IS NOT NULL
                        AND to_regclass('public.by_price') IS NULL;
                END $$
                """);
        assertThat(dtsSync.run("release", task, "--topics").exitCode()).isZero();
    }

    @Test
    void aCheckThatRowsDoNotMeetIsSeenCorrectedAndGoneOnWith(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        // The source tested its rows by an earlier form of the function.
        execute(source, """
                CREATE FUNCTION public.is_sound(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
                CREATE TABLE public.item (id int PRIMARY KEY, price int CONSTRAINT sound CHECK (public.is_sound(price)));
                INSERT INTO public.item SELECT i, i FROM generate_series(1, 50) i;
                CREATE OR REPLACE FUNCTION public.is_sound(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 7';
                """);
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        String task = dtsSync.file(
                "task.yaml", TaskText.of(servers, source, destination).toString());

        Outcome failed = dtsSync.run("run", task, "--until", "verified");

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err())
                .contains("1 object(s) of the post-data section could not be created at the destination: ")
                .contains("check constraint \"sound\" of relation \"item\" is violated by some row");
        String name = failed.err().replaceAll("(?s).*dts-sync structure show TASK.yaml '([^']+)'.*", "$1");
        Outcome shown = dtsSync.run("structure", "show", task, name);
        assertThat(shown.out()).contains("ADD CONSTRAINT", "sound", "public.is_sound(price)");
        String corrected = dtsSync.file(
                "sound.sql", "ALTER TABLE public.item ADD CONSTRAINT sound CHECK (public.is_sound(price)) NOT VALID");
        assertThat(dtsSync.run("structure", "set", task, name, corrected).exitCode())
                .isZero();
        Outcome verified = dtsSync.run("run", task, "--until", "verified");
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        execute(destination, """
                DO $$ BEGIN
                    ASSERT (SELECT NOT convalidated FROM pg_constraint WHERE conname = 'sound');
                END $$
                """);
        assertThat(dtsSync.run("release", task, "--topics").exitCode()).isZero();
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
