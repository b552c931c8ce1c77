package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the topics does not depend on the time zone of the machine that captures: the tests' is far from UTC. */
@ExtendWith(ServersExtension.class)
class TopicsAreInUtcTest {

    @TempDir
    Path directory;

    @Test
    void timesAreInUtcWhereverTheProcessRuns(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        new Scripts(source)
                .execute(
                        "CREATE TABLE public.v_times (id int PRIMARY KEY, t timestamptz, a timestamptz[], r tstzrange, z timetz)");
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        String name = servers.uniqueName();
        String kafka = servers.kafka().bootstrapServers();
        String task = dtsSync.file("task.yaml", """
                name: %s
                source: { url: "%s", user: %s, password: "unused" }
                destination: { url: "%s", user: %s, password: "unused" }
                kafka: { bootstrap.servers: "%s" }
                registry: { url: "%s" }
                topics: { values: text }
                """.formatted(
                        name,
                        source.url(),
                        source.user(),
                        destination.url(),
                        destination.user(),
                        kafka,
                        servers.registry().url()));
        assertDone(dtsSync.run("run", task, "--until", "caught-up"));
        new Scripts(source).execute("""
                INSERT INTO public.v_times SELECT i, t, ARRAY[t, NULL], tstzrange(t, NULL), '12:00:00.5-03:30'
                FROM unnest('{2024-03-31 02:30:00+01,1883-11-18 12:03:58-04:56:02,infinity}'::timestamptz[]) WITH ORDINALITY AS u (t, i)
                """);
        assertDone(dtsSync.run("run", task, "--until", "caught-up"));

        try (ConfluentReader confluent = new ConfluentReader(servers.registry().url());
                Connection connection = new DatabaseConnections(End.SOURCE, source, "test").open()) {
            ForeignReading reading = new ForeignReading(name, kafka, confluent);
            reading.read(Set.of("v_"));

            assertThat(reading.count()).isEqualTo(3);
            assertThat(reading.differences(connection)).isEmpty();
        }
        assertDone(new WarmCommandLine(directory).run("release", task, "--topics"));
    }

    private static void assertDone(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }
}
