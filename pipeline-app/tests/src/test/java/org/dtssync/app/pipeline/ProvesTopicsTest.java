package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.stream.StreamBudgets;
import org.dtssync.app.tasks.ChangesRequest;
import org.dtssync.app.tasks.HistoryForm;
import org.dtssync.app.tasks.ProofReport;
import org.dtssync.app.tasks.RowRequest;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.DdlMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Topics that were written again with one difference: a proof names it. One task, whose topics are restored after each test. */
@ExtendWith(ServersExtension.class)
class ProvesTopicsTest {

    private static final StreamBudgets SMALL =
            StreamBudgets.DEFAULT.withPieces(new CaptureSettings.Limits(40, 32L << 20), 1_000, 48L << 20);

    private static final ObjectMapper JSON = new ObjectMapper();

    private static WrittenTopics topics;
    private static SyncTask task;
    private static String cuts;
    private static String item;
    private static String commands;

    @BeforeAll
    static void makeTopics(Servers servers) throws Exception {
        MovedTask made = MovedTask.of(
                servers,
                17,
                "CREATE TABLE public.item (id int PRIMARY KEY, v text)",
                "CREATE TABLE public.other (id int PRIMARY KEY, v text)",
                "INSERT INTO public.item VALUES (0, 'zero')");
        MovedTask moved = new MovedTask(
                new TaskFileBuilder(made.task())
                        .ddl(new DdlSettings(DdlMode.CARRY))
                        .build(),
                made.source(),
                made.destination());
        task = new SyncTask(moved.task());
        cuts = "__dts_sync." + moved.task().name() + ".cuts";
        item = moved.task().name() + ".public.item";
        new Pipeline(moved.task(), PipelineListener.NONE, SMALL).run(RunOptions.to(RunGoal.CAUGHT_UP));
        for (int i = 0; i < 8; i++) {
            moved.atSource(
                    "BEGIN; INSERT INTO public.item SELECT n, 'value ' || n FROM generate_series(%1$d1, %1$d9) n;"
                                    .formatted(i + 1)
                            + "INSERT INTO public.other VALUES (%d, 'x'); COMMIT".formatted(i));
        }
        // In pieces, whose cut spans several Kafka transactions.
        moved.atSource("INSERT INTO public.item SELECT n, 'many ' || n FROM generate_series(1001, 1150) n");
        moved.atSource("UPDATE public.item SET id = id + 10000 WHERE id < 15");
        moved.atSource("ALTER TABLE public.other ADD note text");
        new Pipeline(moved.task(), PipelineListener.NONE, SMALL).run(RunOptions.to(RunGoal.CAUGHT_UP));
        // A cut without changes of the item, behind all that have some: a history can begin there.
        moved.atSource("INSERT INTO public.other VALUES (100, 'later')");
        new Pipeline(moved.task(), PipelineListener.NONE, SMALL).run(RunOptions.to(RunGoal.CAUGHT_UP));
        commands = "__dts_sync." + moved.task().name() + ".ddl";
        topics = WrittenTopics.read(servers, List.of(cuts, item, commands));
    }

    @AfterEach
    void restore() throws Exception {
        topics.restore();
    }

    private static JsonNode prove() throws Exception {
        ProofReport report = task.prove(Optional.empty(), Optional.empty(), Optional.empty());
        JsonNode json = JSON.readTree(report.json());
        assertThat(report.intact()).isEqualTo(json.get("result").asText().equals("intact"));
        return json;
    }

    /** Writes a topic with a difference and returns the fault that is found then. */
    private static JsonNode fault(String topic, Consumer<List<WrittenTopics.Entry>> difference) throws Exception {
        topics.write(topic, difference);
        JsonNode result = prove();
        assertThat(result.get("result").asText()).as(result.toString()).isEqualTo("altered");
        assertThat(result.get("first_fault").get("topic").asText()).isEqualTo(topic);
        return result.get("first_fault");
    }

    private static void assertFault(JsonNode fault, long offset, String what) {
        assertThat(fault.get("what").asText()).contains(what);
        assertThat(fault.get("offset").asLong()).isEqualTo(offset);
    }

    @Test
    void whatWasWrittenAgainAsItWasIsIntact() throws Exception {
        topics.write(item, entries -> {});
        topics.write(cuts, entries -> {});

        assertThat(prove().get("result").asText()).isEqualTo("intact");
    }

    @Test
    void aTopicThatWasMadeAgainIsNoHistory() throws Exception {
        topics.write(item, entries -> {});

        Throwable fault = catchThrowable(() -> historyOf("id=1", Optional.empty()));

        String message = fault.getMessage();
        assertThat(message).isNotNull().contains("Topic " + item + " was deleted and re-created");
        String proposed = message.replaceFirst("(?s).*--from (.*)\\.", "$1");
        assertThat(historyOf("id=1", Optional.of(proposed)))
                .as("from %s", proposed)
                .isZero();
    }

    private static long historyOf(String key, Optional<String> from) throws Exception {
        return task.replayRow(
                new RowRequest("public.item", List.of(key), from, Optional.empty()),
                HistoryForm.JSON,
                new ByteArrayOutputStream());
    }

    @Test
    void aFlippedBitOfAValueOrAHeaderIsNamed() throws Exception {
        for (int index : List.of(3, 40, 100, topics.size(item) - 1)) {
            long offset = topics.offset(item, index);
            assertFault(
                    fault(item, entries -> entries.set(index, entries.get(index).withFlippedBit())),
                    offset,
                    "the record was altered");
        }
        assertFault(
                fault(item, entries -> entries.get(7).record().headers().remove(ChangeHeaders.NUMBER)),
                topics.offset(item, 7),
                "the record was altered");
    }

    @Test
    void aLostAnInsertedAndAMovedRecordAreNamed() throws Exception {
        long offset = topics.offset(item, 5);
        JsonNode lost = fault(item, entries -> entries.remove(5));
        assertFault(lost, offset, "a record is lost");
        JsonNode inserted = fault(item, entries -> entries.add(5, entries.get(20)));
        assertFault(inserted, offset, "the record was inserted");
        JsonNode moved = fault(item, entries -> Collections.swap(entries, 5, 6));
        assertFault(moved, offset, "the record was moved");
        topics.write(
                item,
                entries -> entries.subList(entries.size() - 20, entries.size()).clear());
        assertThat(prove().get("first_fault").get("what").asText()).contains("lost");
    }

    @Test
    void aCutThatWasAlteredLostInsertedOrMovedIsNamed() throws Exception {
        long offset = topics.offset(cuts, 4);
        fault(cuts, entries -> entries.set(4, entries.get(4).withFlippedBit()));
        assertFault(fault(cuts, entries -> entries.remove(4)), offset, "cut 4 is lost: cut 5 stands in its place");
        assertFault(
                fault(cuts, entries -> Collections.swap(entries, 4, 5)),
                offset,
                "cut 5 stands where cut 4 belongs: cuts were moved");
        for (int copied : List.of(1, 3)) {
            assertFault(
                    fault(cuts, entries -> entries.add(4, entries.get(copied))),
                    offset,
                    "cut " + copied + " stands behind cut 3: it was inserted or moved");
        }
    }

    @Test
    void aCommandThatWasAlteredOrLostIsNamed() throws Exception {
        long offset = topics.offset(commands, 0);
        assertFault(
                fault(commands, entries -> entries.set(0, entries.get(0).withFlippedBit())),
                offset,
                "the record was altered");
        topics.write(commands, entries -> entries.remove(0));
        assertThat(prove().get("first_fault").get("what").asText()).contains("lost");
    }

    @Test
    void recordsThatRetentionDeletedMakeItIncomplete() throws Exception {
        topics.truncate(item, topics.offset(item, 30));

        JsonNode result = prove();

        assertThat(result.get("result").asText()).isEqualTo("incomplete");
        assertThat(result.get("first_fault").get("what").asText()).contains("the topic begins at offset");
        String whole = result.get("whole_from").asText();
        JsonNode rest = JSON.readTree(task.prove(Optional.of(whole), Optional.empty(), Optional.empty())
                .json());
        assertThat(rest.get("result").asText()).isEqualTo("intact");
        assertThatThrownBy(() -> task.replayChanges(
                        new ChangesRequest(
                                List.of(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                false),
                        HistoryForm.JSON,
                        new ByteArrayOutputStream()))
                .hasMessageContaining("Topic " + item + " was ");
    }

    @Test
    void aStatementIsSignedWithAKeyThatOpensslMakes(@TempDir Path directory) throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path file = directory.resolve("key.pem");
        Files.writeString(
                file,
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(pair.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");

        JsonNode json = JSON.readTree(task.prove(Optional.empty(), Optional.empty(), Optional.of(file))
                .json());

        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(pair.getPublic());
        signature.update(json.get("statement").asText().getBytes(StandardCharsets.UTF_8));
        assertThat(signature.verify(
                        Base64.getDecoder().decode(json.get("signature").asText())))
                .isTrue();
        assertThat(json.get("statement").asText()).contains("result: intact\n", "proven by: dts-sync ");
        Files.writeString(file, "no key");
        assertThatThrownBy(() -> task.prove(Optional.empty(), Optional.empty(), Optional.of(file)))
                .hasMessageContaining("has no Ed25519 key that can be used");
    }
}
