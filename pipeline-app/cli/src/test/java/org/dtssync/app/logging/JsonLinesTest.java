package org.dtssync.app.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A line of the log for programs is one JSON object whose fields are those of the message, whatever a value looks like. */
class JsonLinesTest {

    private final LoggerContext context = new LoggerContext();

    @Test
    void theFieldsOfAMessageAreFieldsOfTheObject() throws IOException {
        context.putProperty("task", "shop");
        context.putProperty("phase", "snapshot");

        JsonNode line = json(event(
                "org.dtssync.app.snapshot.SnapshotJob",
                "Table {} copied. table={} rows={} seconds={}.{} reason={} thread={} ok={}",
                "now",
                "public.a b",
                12L,
                3,
                "25",
                "key=value, and \"more\"\nlines \u2028 \ud800",
                "x",
                true));

        assertThat(line.get("message").asText()).isEqualTo("Table now copied.");
        assertThat(line.get("task").asText()).isEqualTo("shop");
        assertThat(line.get("phase").asText()).isEqualTo("snapshot");
        assertThat(line.get("table").asText()).isEqualTo("public.a b");
        assertThat(line.get("rows").isIntegralNumber()).isTrue();
        assertThat(line.get("seconds").decimalValue()).isEqualByComparingTo("3.25");
        assertThat(line.get("reason").asText()).isEqualTo("key=value, and \"more\"\nlines \u2028 \ud800");
        assertThat(line.get("thread_").asText()).isEqualTo("x");
        assertThat(line.get("ok").asBoolean()).isTrue();
        assertThat(line.get("level").asText()).isEqualTo("WARN");
        assertThat(line.get("logger").asText()).isEqualTo("org.dtssync.app.snapshot.SnapshotJob");
        assertThat(line.get("thread").asText()).isEqualTo(Thread.currentThread().getName());
        assertThat(line.get("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(Instant.parse(line.get("timestamp").asText()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
    }

    @Test
    void listsAndMapsAreThoseOfJsonAndVersionsAreTexts() throws IOException {
        JsonNode line = json(event(
                "org.dtssync.app.structure.pgdump.PgDumpReader",
                "Read. server={} entries={} objects={} left_out={} none={}",
                "14.20",
                "14.20",
                List.of("acme", "a \"b\""),
                Map.of("SERVER", List.of("s", 2)),
                List.of()));

        assertThat(line.get("server").isTextual()).isTrue();
        assertThat(line.get("server").asText()).isEqualTo("14.20");
        assertThat(line.get("entries").isNumber()).isTrue();
        assertThat(line.get("objects").toString()).isEqualTo("[\"acme\",\"a \\\"b\\\"\"]");
        assertThat(line.get("left_out").toString()).isEqualTo("{\"SERVER\":[\"s\",2]}");
        assertThat(line.get("none")).isEmpty();
    }

    @Test
    void aMessageOfALibraryStaysWhatItIs() throws IOException {
        JsonNode line = json(event("org.apache.kafka.clients.Metadata", "state=x of {} node={}", "a", 1));

        assertThat(line.get("message").asText()).isEqualTo("state=x of a node=1");
        assertThat(line.has("node")).isFalse();
        assertThat(line.has("task")).isFalse();
    }

    @Test
    void aTraceGoesToAFileThatItsOwnerAloneReads() throws IOException {
        LoggingEvent event = event("org.dtssync.app.cli.DtsSync", "It failed. name={}", "x");
        event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(new IllegalStateException("one\ntwo")));

        JsonNode line = json(event);

        Path file = Path.of(line.get("trace_file").asText());
        try {
            assertThat(line.get("cause").asText()).matches("IllegalStateException at JsonLinesTest:\\d+");
            assertThat(Files.readString(file))
                    .contains("java.lang.IllegalStateException: one\ntwo", "\tat org.dtssync.app.logging");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void whatAClientReportsOfItsServerIsLeftOut() {
        assertThat(decided("org.apache.kafka.clients.producer.internals.Sender", null))
                .isEqualTo(FilterReply.DENY);
        assertThat(decided("io.debezium.pipeline.ErrorHandler", new SQLException("ended")))
                .isEqualTo(FilterReply.DENY);
        assertThat(decided("io.debezium.jdbc.JdbcConnection", new IllegalStateException("bug")))
                .isEqualTo(FilterReply.NEUTRAL);
        assertThat(decided("io.debezium.jdbc.JdbcConnection", new SQLException("ended", new NullPointerException())))
                .isEqualTo(FilterReply.NEUTRAL);
        assertThat(decided("kafka.server.BrokerServer", new IOException("No space left on device")))
                .isEqualTo(FilterReply.NEUTRAL);
        assertThat(decided("org.dtssync.app.cli.DtsSync", new SQLException("ended")))
                .isEqualTo(FilterReply.NEUTRAL);
    }

    private FilterReply decided(String logger, @Nullable Throwable error) {
        LoggingEvent event = event(logger, "It failed");
        if (error != null) {
            event.setThrowableProxy(new ch.qos.logback.classic.spi.ThrowableProxy(error));
        }
        return new ServerFaults().decide(event);
    }

    private LoggingEvent event(String logger, String pattern, Object... arguments) {
        return new LoggingEvent(
                JsonLinesTest.class.getName(), context.getLogger(logger), Level.WARN, pattern, null, arguments);
    }

    private static JsonNode json(LoggingEvent event) throws IOException {
        String text = new String(new JsonLines().encode(event), StandardCharsets.UTF_8);
        assertThat(text).endsWith("}\n");
        assertThat(text.lines()).hasSize(1);
        return new ObjectMapper().readTree(text);
    }
}
