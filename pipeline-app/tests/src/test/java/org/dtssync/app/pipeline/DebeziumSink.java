package org.dtssync.app.pipeline;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.dtssync.app.testing.Servers;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Debezium's JDBC sink in a process of its own: a worker of the Kafka Connect that it is built for, which knows nothing of dts-sync but
 * the converter that it is given. For one thread.
 */
final class DebeziumSink implements AutoCloseable {

    private static final Path JARS = Path.of("..", "sink", "target", "jars");

    private static final Path CONFLUENT = Path.of("target", "confluent", "META-INF", "bundled-dependencies");

    /** What our converter needs of dts-sync; Kafka, Connect and Jackson are the worker's. */
    private static final List<String> OUR_CONVERTER =
            List.of("schemas/target", "connectors/ground/target", "connectors/stream/target", "/avro-", "/jspecify-");

    private final Process process;
    private final Path log;

    /** Which converter reads the topics. */
    enum ReadWith {
        /** The one that dts-sync writes with. */
        OURS("org.dtssync.connectors.avro.AvroConverter"),
        /** Confluent's. */
        CONFLUENTS("io.confluent.connect.avro.AvroConverter");

        private final String className;

        ReadWith(String className) {
            this.className = className;
        }
    }

    /**
     * Starts a worker with one sink.
     *
     * @param name of the sink, and of the consumer group
     * @param topics a regular expression of the topics
     * @param destination where the rows go
     * @param directory for the worker's files
     * @param more settings of the sink
     * @param source Debezium's own connector, if it runs in the same worker
     */
    DebeziumSink(
            Servers servers,
            String name,
            String topics,
            DatabaseSettings destination,
            ReadWith converter,
            Path directory,
            Map<String, String> more,
            Optional<DebeziumConnector> source)
            throws IOException {
        Path worker = directory.resolve(name + "-worker.properties");
        write(worker, worker(servers, converter, directory.resolve(name + ".offsets")));
        Path sink = directory.resolve(name + "-sink.properties");
        Map<String, String> settings = new TreeMap<>(sink(name, topics, destination));
        settings.putAll(more);
        write(sink, settings);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                classPath(converter),
                "org.apache.kafka.connect.cli.ConnectStandalone",
                worker.toString(),
                sink.toString()));
        if (source.isPresent()) {
            Path file = directory.resolve(name + "-source.properties");
            write(file, source.get().properties());
            command.add(file.toString());
        }
        log = directory.resolve(name + ".log");
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static Map<String, String> worker(Servers servers, ReadWith converter, Path offsets) throws IOException {
        Map<String, String> settings = new TreeMap<>();
        settings.put("bootstrap.servers", servers.kafka().bootstrapServers());
        settings.put("listeners", "http://127.0.0.1:" + freePort());
        settings.put("offset.storage.file.filename", offsets.toString());
        settings.put("offset.flush.interval.ms", "1000");
        settings.put("consumer.isolation.level", "read_committed");
        settings.put("consumer.auto.offset.reset", "earliest");
        settings.put("consumer.metadata.max.age.ms", "1000");
        for (String part : List.of("key", "value")) {
            settings.put(part + ".converter", converter.className);
            settings.put(
                    part + ".converter.schema.registry.url", servers.registry().url());
        }
        return settings;
    }

    private static Map<String, String> sink(String name, String topics, DatabaseSettings destination) {
        return Map.ofEntries(
                Map.entry("name", name),
                Map.entry("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector"),
                Map.entry("topics.regex", topics),
                Map.entry(
                        "connection.url",
                        destination.url() + (destination.url().contains("?") ? "&" : "?") + "stringtype=unspecified"),
                Map.entry("connection.username", destination.user()),
                Map.entry("connection.password", Objects.requireNonNullElse(destination.password(), "none")),
                Map.entry("insert.mode", "upsert"),
                Map.entry("delete.enabled", "true"),
                Map.entry("truncate.enabled", "true"),
                Map.entry("primary.key.mode", "record_key"),
                Map.entry("schema.evolution", "basic"),
                Map.entry("transforms", "table"),
                Map.entry("transforms.table.type", "org.apache.kafka.connect.transforms.RegexRouter"),
                Map.entry("transforms.table.regex", ".*\\.public\\.(.*)"),
                Map.entry("transforms.table.replacement", "$1"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void write(Path file, Map<String, String> settings) throws IOException {
        java.util.Properties properties = new java.util.Properties();
        properties.putAll(settings);
        try (var out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
    }

    private static String classPath(ReadWith converter) throws IOException {
        List<String> path = new ArrayList<>();
        path.add(JARS.resolve("*").toString());
        if (converter == ReadWith.CONFLUENTS) {
            path.add(CONFLUENT.resolve("*").toString());
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            boolean isAvro = entry.contains("/avro-");
            if (OUR_CONVERTER.stream().anyMatch(entry::contains) && (converter == ReadWith.OURS || isAvro)) {
                path.add(entry);
            }
        }
        return String.join(File.pathSeparator, path);
    }

    /** Returns what Kafka's console consumer prints of a topic, from its beginning. */
    static String console(Servers servers, String topic, Path directory) throws IOException, InterruptedException {
        String registry = "schema.registry.url=" + servers.registry().url();
        String deserializer = ".deserializer=io.confluent.kafka.serializers.KafkaAvroDeserializer";
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath(ReadWith.CONFLUENTS),
                "org.apache.kafka.tools.consumer.ConsoleConsumer",
                "--bootstrap-server",
                servers.kafka().bootstrapServers(),
                "--topic",
                topic,
                "--from-beginning",
                "--timeout-ms",
                "10000",
                "--consumer-property",
                "isolation.level=read_committed"));
        for (String property : List.of(
                "print.key=true",
                "print.headers=true",
                "key" + deserializer,
                "key.deserializer." + registry,
                "value" + deserializer,
                "value.deserializer." + registry)) {
            command.addAll(List.of("--property", property));
        }
        Path printed = directory.resolve("console.out");
        Process console = new ProcessBuilder(command)
                .redirectError(directory.resolve("console.err").toFile())
                .redirectOutput(printed.toFile())
                .start();
        if (!console.waitFor(60, TimeUnit.SECONDS)) {
            console.destroyForcibly();
        }
        return Files.readString(printed) + Files.readString(directory.resolve("console.err"));
    }

    /** Returns why the sink stopped, as its log says it; empty while it works. */
    String fault() throws IOException {
        List<String> lines = Files.readAllLines(log);
        String errors = lines.stream()
                .filter(line -> line.contains("ERROR") || line.contains("Caused by"))
                .limit(20)
                .collect(Collectors.joining("\n"));
        if (!process.isAlive()) {
            return "The worker ended. " + errors;
        }
        return lines.stream().anyMatch(line -> line.contains("Task is being killed")) ? errors : "";
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
