package org.dtssync.app.chaos;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.avro.RegistryClientSettings;
import org.dtssync.connectors.avro.SchemaRegistryClient;
import org.dtssync.connectors.capture.Capture;
import org.dtssync.connectors.capture.CaptureListener;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.capture.CapturedTable;
import org.dtssync.connectors.capture.debezium.DebeziumSource;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.Cut;

/**
 * A capture and nothing else, in a process of its own that is there to be killed.
 *
 * @param task the task's name
 * @param sourceUrl the JDBC URL of the source
 * @param user the account there
 * @param bootstrapServers the broker
 * @param registryUrl the registry
 */
public record CaptureProcess(String task, String sourceUrl, String user, String bootstrapServers, String registryUrl) {

    /** What it prints when it streams. */
    static final String STREAMS = "streams from ";

    static final List<String> TABLES = List.of("entry", "remark");

    private static final String SLOT = "dts_sync_";

    /** So small that cuts end often and many a transaction goes out in pieces. */
    private static final CaptureSettings.Limits LIMITS = new CaptureSettings.Limits(150, 1 << 20);

    /** Runs a capture that is described in a file, until it is killed. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        CaptureProcess process = read(Path.of(arguments[0]));
        new Capture(
                        process.settings(),
                        process.source(),
                        process.converter(),
                        process.converter(),
                        process.codec(),
                        new StartPrinter(),
                        tables -> Set.of(),
                        new DebeziumSource(process.settings()),
                        Optional.empty(),
                        Optional.empty())
                .run();
    }

    private static final class StartPrinter implements CaptureListener {

        @Override
        public void started(Lsn lsn) {
            System.out.println(STREAMS + lsn);
        }

        @Override
        public void cutWritten(Cut cut) {
            // The reader of the topics finds it there.
        }
    }

    String slot() {
        return SLOT + task;
    }

    DatabaseConnections source() {
        return new DatabaseConnections(End.SOURCE, database(), "dts-sync " + task);
    }

    private DatabaseSettings database() {
        return new DatabaseSettings(sourceUrl, user, null, Map.of());
    }

    CaptureSettings settings() {
        List<CapturedTable> tables = TABLES.stream()
                .map(name -> new CapturedTable(
                        new TableName("public", name), Optional.of(List.of("id")), List.of("id", "note")))
                .toList();
        return new CaptureSettings(
                task,
                database(),
                slot(),
                slot(),
                "dts-sync " + task,
                tables,
                kafka(),
                new CaptureSettings.Topics(1, -1, Map.of()),
                LIMITS);
    }

    Map<String, String> kafka() {
        return Map.of("bootstrap.servers", bootstrapServers);
    }

    CutCodec codec() {
        return new CutCodec(
                new SchemaRegistryClient(RegistryClientSettings.from(registry())),
                settings().names());
    }

    Converter converter() {
        AvroConverter converter = new AvroConverter();
        converter.configure(
                Map.of(
                        RegistryClientSettings.URL,
                        registryUrl,
                        AvroConverter.OWN_TOPIC_PREFIX,
                        String.join(",", settings().names().prefixes())),
                false);
        return converter;
    }

    private Map<String, String> registry() {
        return Map.of(RegistryClientSettings.URL, registryUrl);
    }

    void write(Path file) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("task", task);
        properties.setProperty("source", sourceUrl);
        properties.setProperty("user", user);
        properties.setProperty("broker", bootstrapServers);
        properties.setProperty("registry", registryUrl);
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            properties.store(writer, null);
        }
    }

    private static CaptureProcess read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        return new CaptureProcess(
                properties.getProperty("task"),
                properties.getProperty("source"),
                properties.getProperty("user"),
                properties.getProperty("broker"),
                properties.getProperty("registry"));
    }
}
