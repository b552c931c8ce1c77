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
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.DatabaseSettings;
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

    @TempDir
    Path directory;

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
