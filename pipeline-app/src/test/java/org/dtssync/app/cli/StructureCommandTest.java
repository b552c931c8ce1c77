package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Objects that fail at the destination, seen, corrected and skipped as a person does it. */
@ExtendWith(ServersExtension.class)
class StructureCommandTest {

    @TempDir
    private Path directory;

    private DatabaseSettings source;
    private DatabaseSettings destination;
    private Path taskFile;

    @Test
    void correctsAndSkipsWhatFailedAndGoesOn(Servers servers) throws Exception {
        prepare(servers, "fail");
        execute(source, """
                CREATE TABLE public.item (id int PRIMARY KEY, name text, price int);
                INSERT INTO public.item SELECT i, 'n' || i, i FROM generate_series(1, 50) i;
                CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE FUNCTION public.broken() RETURNS int LANGUAGE sql AS 'SELECT 2';
                CREATE VIEW public.totals AS SELECT public.broken() AS n, id FROM public.item;
                CREATE VIEW public.of_totals AS SELECT n FROM public.totals;
                CREATE INDEX by_name ON public.item (name);
                CREATE INDEX by_price ON public.item (price);
                """);
        // The application's own objects stand in the way, and an event trigger refuses one index.
        execute(destination, """
                CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 42';
                CREATE FUNCTION public.broken() RETURNS text LANGUAGE sql AS 'SELECT ''mine''::text';
                """);

        Result precheck = dts("precheck");
        assertThat(precheck.code()).isEqualTo(3);
        execute(destination, "DROP FUNCTION public.broken()");
        execute(destination, "DROP FUNCTION public.f()");
        Result schema = dts("run", "--until", "schema");
        assertThat(schema.code()).as(schema.err()).isZero();
        execute(destination, """
                CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
                DECLARE made record;
                BEGIN
                    FOR made IN SELECT object_identity FROM pg_event_trigger_ddl_commands() LOOP
                        IF made.object_identity IN ('public.by_name', 'public.by_price') THEN RAISE 'not here: %', made.object_identity;
                        END IF;
                    END LOOP;
                END $$;
                CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION public.refuse();
                """);

        Result failed = dts("run", "--until", "verified");

        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .contains("2 object(s) of the post-data structure could not be made at the destination")
                .contains("index:public.by_name (ERROR: not here: public.by_name)")
                .contains("dts-sync structure set 'index:public.by_name' FILE");
        assertThat(dts("structure", "list").out())
                .contains("failed   post-data index:public.by_name  -- ERROR: not here: public.by_name")
                .doesNotContain("public.totals");
        assertThat(dts("structure", "show", "index:public.by_name").out()).contains("CREATE INDEX by_name ON");
        Path corrected = Files.writeString(
                directory.resolve("by_name.sql"), "CREATE INDEX by_name_lower ON public.item (lower(name))");
        assertThat(dts("structure", "set", "index:public.by_name", corrected.toString())
                        .code())
                .isZero();
        assertThat(dts("structure", "skip", "public.by_price").err()).contains("Skipped public.by_price.");
        assertThat(dts("structure", "skip", "public.nothing").code()).isEqualTo(2);
        assertThat(dts("structure", "set", "public.item", corrected.toString()).err())
                .contains("is made already");

        Result verified = dts("run", "--until", "verified");

        assertThat(verified.code()).as(verified.err()).isZero();
        assertThat(dts("structure", "show", "index:public.by_name").out()).contains("by_name_lower");
        assertThat(dts("structure", "list").out()).contains("skipped").contains("index:public.by_price");
        execute(destination, "DROP EVENT TRIGGER refuse; DROP FUNCTION public.refuse()");
        assertThat(dts("release", "--topics").code()).isZero();
    }

    @Test
    void saysWhatElseMayHaveToBeSkipped(Servers servers) throws Exception {
        prepare(servers, "adopt");
        execute(source, """
                CREATE TABLE public.item (id int PRIMARY KEY);
                CREATE FUNCTION public.taken() RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE VIEW public.totals AS SELECT missing.id, public.taken() FROM public.item missing;
                CREATE VIEW public.of_totals AS SELECT id FROM public.totals;
                """);
        execute(destination, """
                CREATE FUNCTION public.taken() RETURNS int LANGUAGE sql AS 'SELECT 42';
                CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.totals')
                        THEN RAISE 'no totals';
                    END IF;
                END $$;
                CREATE EVENT TRIGGER refuse ON ddl_command_end EXECUTE FUNCTION public.refuse();
                """);

        Result failed = dts("run", "--until", "schema");
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
                .contains("view:public.totals (ERROR: no totals)")
                .contains("view:public.of_totals (");
        assertThat(dts("structure", "skip", "view:public.totals").err())
                .contains(
                        "These objects mention it and may need to be corrected or skipped too: view:public.of_totals.");
        assertThat(dts("structure", "skip", "view:public.of_totals").code()).isZero();

        Result verified = dts("run", "--until", "verified");
        assertThat(verified.code()).as(verified.err()).isZero();
        // Adopted as it was, not replaced.
        execute(destination, "DO $$ BEGIN ASSERT public.taken() = 42; END $$");
        Result wrong = dts("run", "--accept-structure", "public.nothing");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("has no table public.nothing.");
        assertThat(dts("release", "--topics").code()).isZero();
    }

    private record Result(int code, String out, String err) {}

    private Result dts(String command, String... rest) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = DtsSync.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] arguments;
        if (command.equals("structure")) {
            arguments = new String[rest.length + 2];
            arguments[0] = command;
            arguments[1] = rest[0];
            arguments[2] = taskFile.toString();
            System.arraycopy(rest, 1, arguments, 3, rest.length - 1);
        } else {
            arguments = new String[rest.length + 2];
            arguments[0] = command;
            arguments[1] = taskFile.toString();
            System.arraycopy(rest, 0, arguments, 2, rest.length);
        }
        int code = line.execute(arguments);
        return new Result(code, out.toString(), err.toString());
    }

    private void prepare(Servers servers, String existing) throws Exception {
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        taskFile = Files.writeString(directory.resolve("task.yaml"), """
                name: %s
                source: { url: "%s", user: "%s", password: "%s" }
                destination: { url: "%s", user: "%s", password: "%s", existing: %s }
                kafka: { bootstrap.servers: "%s" }
                registry: { url: "%s" }
                """.formatted(
                        servers.uniqueName(),
                        source.url(),
                        source.user(),
                        source.password() == null ? "none" : source.password(),
                        destination.url(),
                        destination.user(),
                        destination.password() == null ? "none" : destination.password(),
                        existing,
                        servers.kafka().bootstrapServers(),
                        servers.registry().url()));
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections("test", database, "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
