package org.dtssync.app.publish;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dtssync.app.base.BaseColumn;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseFile;
import org.dtssync.app.base.BaseListener;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.base.CopyLine;
import org.dtssync.app.base.FileFaults;
import org.dtssync.app.base.RowFileReader;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.stream.FoundTopics;
import org.dtssync.app.stream.SharedRegistry;
import org.dtssync.app.stream.TopicCodecs;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.capture.ReadRecords;
import org.dtssync.connectors.capture.debezium.ReadTables;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.RecordLimits;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicValues;
import org.jspecify.annotations.Nullable;

/**
 * Writes a base into topics, one for each table, and a record that says where everything is once it is complete. After an interruption,
 * tables that are complete are kept, and one that is not begins again behind what is deleted of it. Used by one thread.
 */
public final class Publication {

    private static final long REPORTED_ROWS = 1_000;

    /** Lines of topic, first offset and end offset. */
    private static final String PROGRESS = "published";

    private final TaskFile file;
    private final BaseDirectory directory;
    private final BaseListener listener;
    private final Route route;
    private final TopicNames names;
    private final CaptureSettings settings;

    private record Done(String topic, long first, long end) {}

    /**
     * Creates it; writes nothing yet.
     *
     * @param file the task file, with embedded servers resolved to their addresses
     * @param directory the base
     */
    public Publication(TaskFile file, BaseDirectory directory, BaseListener listener) {
        this.file = file;
        this.directory = directory;
        this.listener = listener;
        this.route = Route.forReading(file);
        this.names = FoundTopics.of(file.name(), file.kafka().properties());
        this.settings = settings(
                new ProgressStore(route.destination(), file.name()).topicForm().values());
    }

    /** With the destination as source: it describes the tables, and the source is spared. */
    private CaptureSettings settings(TopicValues values) {
        return new CaptureSettings(
                file.name(),
                route.destination().settings(),
                route.name().slot(),
                route.name().publication(),
                route.name().applicationName(),
                List.of(),
                file.kafka().properties(),
                new CaptureSettings.Topics(
                        file.topics().replicationFactor(),
                        file.topics().retentionMillis(),
                        file.topics().config(),
                        CaptureSettings.TableConfig.NONE,
                        values,
                        names.layout(),
                        CaptureSettings.Extras.NONE),
                CaptureSettings.Limits.DEFAULT);
    }

    /**
     * Writes it.
     *
     * @param keep of how many bases the topics stay, with this one; empty: of all
     * @throws SyncException if the topics cannot be written
     * @throws InterruptedException if the thread was interrupted; the same call resumes
     */
    public TopicBase run(Optional<Integer> keep) throws InterruptedException {
        BaseManifest manifest = directory.manifest();
        requireNames(manifest);
        try (KafkaTopics topics = new KafkaTopics(file.kafka().properties());
                ReadTables tables = new ReadTables(settings);
                Offsets offsets = new Offsets(file.kafka().properties());
                KafkaProducer<byte[], byte[]> producer = producer()) {
            Map<String, Done> done = new HashMap<>(progress());
            createTopics(topics, manifest);
            TopicCodecs codecs = new TopicCodecs(names, file.converters(), new SharedRegistry(file.registry()));
            for (BaseTable table : manifest.tables()) {
                String topic = topic(manifest, table.table());
                if (!isWhole(done.get(topic), offsets)) {
                    done.put(topic, write(manifest, table, tables, codecs, producer, offsets));
                    remember(done.get(topic));
                }
            }
            TopicBase base = new TopicBase(file.name(), manifest.cut(), described(manifest, done), names.bases(), 0);
            mark(producer, base);
            return keep.isEmpty() ? base : withoutOlder(topics, base, keep.get());
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "The base in " + directory.path() + " cannot be read: " + FileFaults.reason(e) + ".",
                    "dts-sync base check says what else cannot.",
                    e);
        }
    }

    /** Since a table was written, its topic can have been deleted and re-created, or records of it deleted. */
    private static boolean isWhole(@Nullable Done known, Offsets offsets) throws InterruptedException {
        return known != null
                && offsets.begin(known.topic()) <= known.first()
                && offsets.end(known.topic()) >= known.end();
    }

    private String topic(BaseManifest manifest, TableName table) {
        return names.base(manifest.cut().number(), table.schema(), table.table());
    }

    private void requireNames(BaseManifest manifest) {
        for (BaseTable table : manifest.tables()) {
            String topic = topic(manifest, table.table());
            if (topic.length() > TopicNames.MAX_LENGTH) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "The topic of table " + table.table() + " in a base would have " + topic.length()
                                + " letters, and Kafka allows " + TopicNames.MAX_LENGTH + ".",
                        "Take the base into a directory.");
            }
        }
    }

    private void createTopics(KafkaTopics topics, BaseManifest manifest) {
        Map<String, String> config = new HashMap<>(RecordLimits.TOPIC_DEFAULTS);
        config.put("cleanup.policy", "delete");
        config.put("retention.ms", Long.toString(file.topics().retentionMillis()));
        config.putAll(file.topics().config());
        topics.create(
                manifest.tables().stream()
                        .map(table -> topic(manifest, table.table()))
                        .toList(),
                file.topics().replicationFactor(),
                config);
        topics.create(
                List.of(names.bases()),
                file.topics().replicationFactor(),
                Map.of("cleanup.policy", "delete", "retention.ms", "-1"));
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                ClientProperties.of(
                        file.kafka().properties(),
                        Map.of(
                                "compression.type", "lz4",
                                "linger.ms", "20",
                                "batch.size", "262144",
                                "buffer.memory", RecordLimits.PRODUCER_DEFAULTS.get("buffer.memory"),
                                "max.request.size", RecordLimits.PRODUCER_DEFAULTS.get("max.request.size"),
                                "max.block.ms", "20000",
                                "request.timeout.ms", "15000",
                                "delivery.timeout.ms", "60000"),
                        Map.of("acks", "all", "enable.idempotence", "true")),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private Done write(
            BaseManifest manifest,
            BaseTable table,
            ReadTables tables,
            TopicCodecs codecs,
            KafkaProducer<byte[], byte[]> producer,
            Offsets offsets)
            throws IOException, InterruptedException {
        String topic = topic(manifest, table.table());
        long first = offsets.deleteAll(topic);
        List<String> columns = table.columns().stream().map(BaseColumn::name).toList();
        ReadTables.ReadTable events = tables.of(table.table(), columns);
        ReadRecords records = new ReadRecords(
                topic,
                table.table(),
                table.keyColumns(),
                columns,
                events.schema(),
                settings.topics(),
                codecs.keys(),
                codecs.values());
        ReadTables.At at = new ReadTables.At(
                manifest.cut().lsn(),
                manifest.cut()
                        .commitTimeMicros()
                        .map(micros -> micros / 1_000)
                        .orElseGet(() -> manifest.takenAt().toEpochMilli()));
        AtomicReference<@Nullable Exception> fault = new AtomicReference<>();
        long rows = 0;
        for (BaseFile each : table.files()) {
            try (RowFileReader lines = directory.rows(each)) {
                while (lines.next()) {
                    send(producer, records.of(events.event(CopyLine.fields(lines.line(), lines.length()), at)), fault);
                    if (++rows % REPORTED_ROWS == 0) {
                        listener.rows(table.table(), REPORTED_ROWS, 0);
                        if (Thread.interrupted()) {
                            throw new InterruptedException("Writing the base into topics was interrupted");
                        }
                    }
                }
            }
        }
        flush(producer, topic, fault);
        listener.rows(table.table(), rows % REPORTED_ROWS, 0);
        listener.table(table.table(), rows);
        long end = offsets.end(topic);
        if (end - first != rows) {
            throw new SyncException(
                    FaultKind.TOPIC,
                    "Topic " + topic + " has " + (end - first) + " records instead of " + rows + ".",
                    "Only one dts-sync may write to it. Run the same command again.");
        }
        return new Done(topic, first, end);
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer,
            ProducerRecord<byte[], byte[]> record,
            AtomicReference<@Nullable Exception> fault) {
        requireNone(record.topic(), fault);
        try {
            // Its fault arrives in the callback.
            Future<RecordMetadata> unused = producer.send(record, (metadata, e) -> {
                if (e != null) {
                    fault.compareAndSet(null, e);
                }
            });
        } catch (RuntimeException e) {
            throw KafkaFaults.explain("Topic " + record.topic() + " could not be written", e);
        }
    }

    private static void flush(
            KafkaProducer<byte[], byte[]> producer, String topic, AtomicReference<@Nullable Exception> fault) {
        try {
            producer.flush();
        } catch (RuntimeException e) {
            throw KafkaFaults.explain("Topic " + topic + " could not be written", e);
        }
        requireNone(topic, fault);
    }

    private static void requireNone(String topic, AtomicReference<@Nullable Exception> fault) {
        Exception found = fault.get();
        if (found != null) {
            throw KafkaFaults.explain("Topic " + topic + " could not be written", found);
        }
    }

    private List<TopicBase.Table> described(BaseManifest manifest, Map<String, Done> done) throws InterruptedException {
        Map<TableName, TopicBase.Place> changes = new Continuation(file, names).of(manifest);
        List<TopicBase.Table> tables = new ArrayList<>();
        for (BaseTable table : manifest.tables()) {
            Done written = Objects.requireNonNull(done.get(topic(manifest, table.table())), "All are done.");
            tables.add(new TopicBase.Table(
                    table.table(),
                    written.topic(),
                    written.first(),
                    written.end(),
                    table.rows(),
                    Optional.ofNullable(changes.get(table.table()))));
        }
        return tables;
    }

    /** The last record of all: with it the base is complete. */
    private void mark(KafkaProducer<byte[], byte[]> producer, TopicBase base) {
        AtomicReference<@Nullable Exception> fault = new AtomicReference<>();
        send(
                producer,
                new ProducerRecord<>(
                        names.bases(),
                        0,
                        Long.toString(base.cut().number()).getBytes(StandardCharsets.US_ASCII),
                        MarkerJson.of(base).getBytes(StandardCharsets.UTF_8)),
                fault);
        flush(producer, names.bases(), fault);
    }

    /** Those that are kept are the ones that were completed last; what an interrupted call has left is no base. */
    private TopicBase withoutOlder(KafkaTopics topics, TopicBase base, int keep) {
        Map<String, Long> all = new HashMap<>();
        for (String topic : topics.all()) {
            OptionalLong cut = names.baseOf(topic);
            if (cut.isPresent()) {
                all.put(topic, cut.getAsLong());
            }
        }
        Set<Long> kept = new HashSet<>(
                CompletedBases.newestFirst(names.bases(), file.kafka().properties()).stream()
                        .filter(all::containsValue)
                        .limit(keep)
                        .toList());
        kept.add(base.cut().number());
        List<String> older = all.entrySet().stream()
                .filter(each -> !kept.contains(each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        topics.delete(older);
        return new TopicBase(base.task(), base.cut(), base.tables(), base.marker(), older.size());
    }

    private Map<String, Done> progress() throws IOException {
        Map<String, Done> done = new HashMap<>();
        Path path = directory.path().resolve(PROGRESS);
        if (Files.exists(path)) {
            for (String line : Files.readAllLines(path)) {
                String[] parts = line.split(" ", -1);
                if (parts.length == 4) {
                    done.put(parts[0], new Done(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2])));
                }
            }
        }
        return done;
    }

    /** A line that a crash has cut off lacks its end. */
    private void remember(Done done) throws IOException {
        Files.writeString(
                directory.path().resolve(PROGRESS),
                done.topic() + " " + done.first() + " " + done.end() + " .\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND,
                StandardOpenOption.SYNC);
    }
}
