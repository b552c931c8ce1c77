package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.dtssync.app.pipeline.RunningPair.execute;
import static org.dtssync.app.pipeline.RunningPair.query;

import java.sql.SQLException;
import java.time.Duration;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.SourceSettings;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Databases whose names have characters of URLs, at addresses with several hosts, in both directions. */
@ExtendWith(ServersExtension.class)
class AwkwardAddressesTest {

    private static final String TABLE =
            "CREATE TABLE public.t (id int PRIMARY KEY, v text); INSERT INTO public.t VALUES (1, 'right');";

    @Test
    void areReachedByEverySession(Servers servers) throws Exception {
        DatabaseSettings maintenance = servers.freshDatabase(14);
        DatabaseSettings other = servers.freshDatabase(17);
        String name = servers.uniqueName();
        DatabaseSettings source = fresh(maintenance, name + "?4", name + "%3F4", "");
        // If the driver took the question mark for the end of the name, this one would be read.
        DatabaseSettings wrong = fresh(maintenance, name, name, "");
        DatabaseSettings destination = fresh(other, name + "%+4", name + "%25%2B4", "?targetServerType=primary");
        execute(source, TABLE);
        execute(wrong, TABLE.replace("right", "wrong"));
        try (RunningPair pair = RunningPair.start(new TaskFileBuilder(TaskFiles.of(servers, maintenance, other))
                .source(new SourceSettings(source))
                .destination(new DestinationSettings(destination, DestinationSettings.Existing.FAIL))
                .build())) {
            execute(source, "INSERT INTO public.t VALUES (2, 'two')");
            awaitRows(destination, "1 right, 2 two");

            assertThat(pair.perform(new TaskCommand.Switchover(SwitchMode.MOVE, false))
                            .error())
                    .isEmpty();
            pair.awaitPhase("reverse");
            execute(destination, "INSERT INTO public.t VALUES (3, 'three')");
            awaitRows(source, "1 right, 2 two, 3 three");

            // The driver asks a server whether it can be written to, and the destination is about to be closed.
            assertThat(pair.perform(new TaskCommand.Rollback(SwitchMode.MOVE, true))
                            .error())
                    .isEmpty();
            pair.awaitPhase("incremental");
            execute(source, "INSERT INTO public.t VALUES (4, 'four')");
            awaitRows(destination, "1 right, 2 two, 3 three, 4 four");
        } finally {
            execute(maintenance, "DROP DATABASE \"" + name + "?4\" WITH (FORCE)");
            execute(maintenance, "DROP DATABASE \"" + name + "\" WITH (FORCE)");
            execute(other, "DROP DATABASE \"" + name + "%+4\" WITH (FORCE)");
        }
    }

    /** Creates a database and returns its address, with the server named twice. */
    private static DatabaseSettings fresh(DatabaseSettings server, String name, String inUrl, String parameters)
            throws SQLException {
        execute(server, "CREATE DATABASE \"" + name + "\"");
        String host = server.url().replaceFirst("jdbc:postgresql://([^/]*)/.*", "$1");
        String port = host.substring(host.indexOf(':'));
        return new DatabaseSettings(
                "jdbc:postgresql://" + host + ",[::ffff:127.0.0.1]" + port + "/" + inUrl + parameters,
                server.user(),
                server.password(),
                server.properties());
    }

    private static void awaitRows(DatabaseSettings database, String rows) {
        await().atMost(Duration.ofMinutes(1)).until(() -> rows.equals(rows(database)));
    }

    /** A closed database is asked too. */
    private static String rows(DatabaseSettings database) throws SQLException {
        DatabaseSettings any = new DatabaseSettings(
                database.url().replaceFirst("\\?.*", ""), database.user(), database.password(), database.properties());
        return query(any, "SELECT string_agg(id || ' ' || v, ', ' ORDER BY id) FROM public.t");
    }
}
