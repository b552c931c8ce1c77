package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.control.Release;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.state.Phase;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Values above a limit stop the task in a sentence that says what to set; then it goes on, and nothing is lost. */
@ExtendWith(ServersExtension.class)
class LargeValuesTest {

    /** Text of many megabytes that compresses little. */
    private static final String STRUCTURE = """
            CREATE TABLE large (id int PRIMARY KEY, note int, t text, b bytea, j jsonb, a text[]);
            CREATE FUNCTION filler(megabytes int, salt int) RETURNS text LANGUAGE sql AS
                $$ SELECT string_agg(md5(i::text || salt), '') FROM generate_series(1, megabytes * 32768) i $$;
            """;

    @Test
    void aboveTheProducersLimitStopTheTaskUntilItIsRaised(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(17);
        new Scripts(source).execute(STRUCTURE);
        TaskFile task = TaskFiles.of(servers, source, destination);
        TaskFile narrow = with(task, Map.of("max.request.size", "2097152"), Map.of());
        CompletableFuture<Void> running = start(narrow);
        await().atMost(Duration.ofMinutes(2)).until(() -> isIncremental(task));
        new Scripts(source)
                .execute("INSERT INTO large (id) VALUES (1); INSERT INTO large (id, t) VALUES (2, filler(3, 0));"
                        + " INSERT INTO large (id) VALUES (3)");

        SyncException stopped = fault(running);
        SyncException again = catchThrowableOfType(SyncException.class, () -> run(narrow));
        run(task);

        assertThat(stopped.kind()).isEqualTo(FaultKind.DATA);
        assertThat(stopped.getMessage())
                .isEqualTo(
                        "A change of table public.large needs 3.0 MB as a record, but max.request.size allows 2.0 MB. "
                                + "Set kafka: { max.request.size: 16777216 }, then run the same command again: it resumes from "
                                + "here.");
        assertThat(again.getMessage()).isEqualTo(stopped.getMessage());
        assertThat(digests(destination)).isEqualTo(digests(source)).isNotEmpty();
        new Release(task).run(true);
    }

    @Test
    void aboveTheTopicsLimitStopTheTaskUntilItIsRaised(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(17);
        new Scripts(source).execute(STRUCTURE);
        TaskFile task = TaskFiles.of(servers, source, destination);
        TaskFile narrow = with(task, Map.of(), Map.of("max.message.bytes", "1048576"));
        run(narrow);
        new Scripts(source)
                .execute("INSERT INTO large (id) VALUES (1); INSERT INTO large (id, t) VALUES (2, filler(4, 0));"
                        + " INSERT INTO large (id) VALUES (3)");

        SyncException stopped = catchThrowableOfType(SyncException.class, () -> run(narrow));
        run(task);

        assertThat(stopped.kind()).isEqualTo(FaultKind.DATA);
        assertThat(stopped.getMessage())
                .isEqualTo(
                        "A change of table public.large needs 4.0 MB as a record, but max.message.bytes allows 1.0 MB. "
                                + "Set topics: { config: { max.message.bytes: 16777216 } }, then run the same command again: it "
                                + "resumes from here.");
        assertThat(digests(destination)).isEqualTo(digests(source)).isNotEmpty();
        new Release(task).run(true);
    }

    /** A digest of each row's text: the rows themselves are too large to be held here. */
    private static List<String> digests(DatabaseSettings database) throws SQLException {
        List<String> digests = new ArrayList<>();
        try (Connection connection = new Scripts(database).connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id || ' ' || md5(l::text) FROM large l ORDER BY id")) {
            while (rows.next()) {
                digests.add(rows.getString(1));
            }
        }
        return digests;
    }

    private static void run(TaskFile task) throws InterruptedException {
        new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.CAUGHT_UP));
    }

    private static CompletableFuture<Void> start(TaskFile task) {
        return CompletableFuture.runAsync(() -> {
            try {
                new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.NONE));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static SyncException fault(CompletableFuture<Void> running) {
        Throwable cause = catchThrowableOfType(
                        CompletionException.class,
                        () -> running.orTimeout(60, TimeUnit.SECONDS).join())
                .getCause();
        assertThat(cause).isNotNull();
        return (SyncException) cause;
    }

    private static boolean isIncremental(TaskFile task) {
        return TaskStatus.read(task).progress().phase() == Phase.INCREMENTAL;
    }

    private static TaskFile with(TaskFile task, Map<String, String> kafka, Map<String, String> topics) {
        Map<String, String> properties = new HashMap<>(task.kafka().properties());
        properties.putAll(kafka);
        return new TaskFileBuilder(task)
                .kafka(new KafkaSettings(false, properties))
                .topics(new TopicSettings(1, 604_800_000L, topics))
                .build();
    }
}
