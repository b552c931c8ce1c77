package org.dtssync.connectors.capture;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.chain.CutChain;
import org.dtssync.connectors.chain.RecordsDigest;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.LostCuts;
import org.dtssync.connectors.kafka.OrderlyClose;
import org.dtssync.connectors.kafka.RecordLimits;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TaskName;
import org.jspecify.annotations.Nullable;

/**
 * Writes cuts: the changes and the {@link Cut} record in one Kafka transaction.
 *
 * <p>The transactional id is the task's, so that starting a successor fences this one. After any exception the writer is
 * unusable: close it and start over from the last cut. Not thread-safe.
 */
final class CutWriter implements AutoCloseable {

    /** The producer buffers records in flight: up to this many bytes, plus the record that exceeds them. */
    private static final long BYTES_UNDER_WAY = 8L << 20;

    private static final long OPEN_BATCHES_BYTES = 16L << 20;

    private static final long MOST_BATCH_BYTES = 256L << 10;

    private static final long LEAST_BATCH_BYTES = 16L << 10;

    private static final int TOPICS_LOOKED_UP_AT_ONCE = 50;

    private final CaptureSettings settings;
    private final CutCodec codec;
    private final String cutsTopic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaTopics topics;
    private final RecordGuard guard;
    private final CaptureListener listener;

    /** Kafka's ids of the topics that were written to. */
    private final Map<String, String> topicIds = new HashMap<>();

    /** The offset up to which this writer has written each topic. This is the only writer, so a topic that ends before it was replaced. */
    private final Map<String, Long> writtenUpTo = new HashMap<>();

    /** What the records of the next cut are, those of pieces that were sent before it among them, by topic. */
    private final Map<String, RecordsDigest> digests = new HashMap<>();

    /** Where the pieces of a transaction that were sent before its cut are, by topic. */
    private final Map<String, Offsets> pieces = new LinkedHashMap<>();

    private long changesOfPieces;

    /** Records that were sent since the last cut. */
    private long sentRecords;

    private long bytesUnderWay;

    CutWriter(CaptureSettings settings, CutCodec codec, CaptureListener listener) {
        this.settings = settings;
        this.listener = listener;
        this.codec = codec;
        this.cutsTopic = settings.names().cuts();
        this.topics = new KafkaTopics(settings.kafka());
        this.guard = new RecordGuard(settings, topics);
        this.producer = new KafkaProducer<>(
                ClientProperties.of(
                        settings.kafka(),
                        Map.of(
                                "compression.type", "lz4",
                                "batch.size",
                                        Long.toString(
                                                batchBytes(settings.tables().size())),
                                "linger.ms", "20",
                                "buffer.memory", RecordLimits.PRODUCER_DEFAULTS.get("buffer.memory"),
                                "max.request.size", RecordLimits.PRODUCER_DEFAULTS.get("max.request.size"),
                                "max.block.ms", "20000",
                                "request.timeout.ms", "15000",
                                "delivery.timeout.ms", "60000",
                                // Forgotten topics would be looked up again one by one, within a Kafka transaction.
                                "metadata.max.idle.ms", "86400000"),
                        Map.of(
                                "acks", "all",
                                "enable.idempotence", "true",
                                "transactional.id", new TaskName(settings.task()).transactionalId())),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** A batch is open for each table of a cut, and takes its whole size from the first record on. */
    static long batchBytes(int tables) {
        return Math.max(LEAST_BATCH_BYTES, Math.min(MOST_BATCH_BYTES, OPEN_BATCHES_BYTES / Math.max(1, tables)));
    }

    /** Fences every other writer of the task and settles its open transaction; call first. */
    void fenceOthers() {
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            throw KafkaFaults.explain("The transactions of task " + settings.task() + " could not be opened", e);
        }
    }

    /** Writes whole transactions and the cut that ends them; returns the cut as it was written. */
    Cut write(List<SourceTransaction> transactions, Cut previous) {
        try {
            Set<String> missing = new LinkedHashSet<>();
            transactions.forEach(transaction -> findMissing(transaction.changes(), missing));
            Stopwatch watch = new Stopwatch();
            makeTopics(missing);
            watch.ended(CaptureStage.TOPICS);
            producer.beginTransaction();
            Map<String, Stretch> stretches = new LinkedHashMap<>();
            transactions.forEach(transaction -> send(transaction, stretches));
            producer.flush();
            bytesUnderWay = 0;
            noteWritten(stretches);
            watch.ended(CaptureStage.RECORDS);
            Failpoint.CAPTURE_RECORDS_SENT.reached();
            Cut cut = cut(transactions, previous, stretches);
            Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(cutsTopic, 0, null, codec.encode(cut)));
            // Kafka's sender checks for in-flight records before it takes the end of a transaction from its
            // queue. A record and a commit that both arrive in between end the transaction without the record, which
            // then waits out its delivery timeout (Sender.maybeSendAndPollTransactionalRequest).
            producer.flush();
            watch.ended(CaptureStage.CUT);
            Failpoint.CAPTURE_CUT_SENT.reached();
            producer.commitTransaction();
            watch.ended(CaptureStage.COMMIT);
            Failpoint.CAPTURE_CUT_COMMITTED.reached();
            requireSameCuts(sent.get().offset());
            pieces.clear();
            digests.clear();
            changesOfPieces = 0;
            sentRecords = 0;
            return cut;
        } catch (RuntimeException | ExecutionException e) {
            throw KafkaFaults.explain("A cut of task " + settings.task() + " could not be written", guard.cause(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFaults.explain("Interrupted while writing a cut of task " + settings.task(), e);
        }
    }

    /** Writes a piece of a transaction that is too large for one Kafka transaction; its cut comes with the last piece. */
    void writePiece(List<EncodedChange> changes, long firstNumber) {
        try {
            Set<String> missing = new LinkedHashSet<>();
            findMissing(changes, missing);
            makeTopics(missing);
            producer.beginTransaction();
            Map<String, Stretch> stretches = new LinkedHashMap<>();
            send(changes, firstNumber, null, stretches);
            producer.flush();
            bytesUnderWay = 0;
            noteWritten(stretches);
            for (Map.Entry<String, Stretch> entry : stretches.entrySet()) {
                Stretch stretch = entry.getValue();
                pieces.merge(
                        entry.getKey(),
                        new Offsets(stretch.firstOffset(), stretch.endOffset()),
                        (earlier, now) -> new Offsets(earlier.first(), now.end()));
            }
            changesOfPieces += changes.size();
            producer.commitTransaction();
            Failpoint.CAPTURE_PIECE_COMMITTED.reached();
        } catch (RuntimeException | ExecutionException e) {
            throw KafkaFaults.explain("A piece of a large transaction could not be written", guard.cause(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFaults.explain("Interrupted while writing a piece of a large transaction", e);
        }
    }

    /** Writes rows that were read, in a Kafka transaction of their own: they belong to no cut, and nothing counts or digests them. */
    void writeRows(List<EncodedChange> rows) {
        try {
            Set<String> missing = new LinkedHashSet<>();
            findMissing(rows, missing);
            makeTopics(missing);
            producer.beginTransaction();
            Map<String, Stretch> stretches = new LinkedHashMap<>();
            for (EncodedChange row : rows) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(row.topic(), 0, row.key(), row.value());
                addTexts(row, record);
                send(row, record, stretches);
            }
            producer.flush();
            bytesUnderWay = 0;
            noteWritten(stretches);
            producer.commitTransaction();
        } catch (RuntimeException | ExecutionException e) {
            throw KafkaFaults.explain("Rows that were read could not be written", guard.cause(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFaults.explain("Interrupted while writing rows that were read", e);
        }
    }

    private void send(SourceTransaction transaction, Map<String, Stretch> stretches) {
        byte[] lsn = transaction.lsn().toString().getBytes(StandardCharsets.US_ASCII);
        send(transaction.changes(), transaction.firstNumber(), lsn, stretches);
    }

    private void send(
            List<EncodedChange> changes, long firstNumber, byte @Nullable [] lsn, Map<String, Stretch> stretches) {
        long number = firstNumber;
        for (EncodedChange change : changes) {
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(change.topic(), 0, change.key(), change.value());
            record.headers().add(ChangeHeaders.NUMBER, Long.toString(number++).getBytes(StandardCharsets.US_ASCII));
            if (lsn != null) {
                record.headers().add(ChangeHeaders.COMMIT_LSN, lsn);
            }
            if (change.unchanged() != null) {
                record.headers().add(ChangeHeaders.UNCHANGED, change.unchanged());
            }
            if (change.oldKey() != null) {
                record.headers().add(ChangeHeaders.OLD_KEY, change.oldKey());
            }
            addTexts(change, record);
            digests.computeIfAbsent(change.topic(), topic -> new RecordsDigest())
                    .add(record.key(), record.value(), record.headers());
            sentRecords++;
            send(change, record, stretches);
        }
    }

    private static void addTexts(EncodedChange change, ProducerRecord<byte[], byte[]> record) {
        change.texts().forEach(text -> record.headers().add(text.header(), text.text()));
    }

    private void send(EncodedChange change, ProducerRecord<byte[], byte[]> record, Map<String, Stretch> stretches) {
        Future<RecordMetadata> sent = producer.send(record, guard.check(record));
        stretches.computeIfAbsent(change.topic(), topic -> new Stretch(sent)).last = sent;
        bytesUnderWay += change.size();
        if (bytesUnderWay >= BYTES_UNDER_WAY) {
            producer.flush();
            bytesUnderWay = 0;
        }
    }

    private Cut cut(List<SourceTransaction> transactions, Cut previous, Map<String, Stretch> stretches)
            throws ExecutionException, InterruptedException {
        List<Cut.CutPartition> partitions = new ArrayList<>();
        Map<String, Offsets> left = new LinkedHashMap<>(pieces);
        for (Map.Entry<String, Stretch> entry : stretches.entrySet()) {
            Stretch stretch = entry.getValue();
            Offsets earlier = left.remove(entry.getKey());
            long first = earlier == null ? stretch.firstOffset() : earlier.first();
            partitions.add(partition(entry.getKey(), first, stretch.endOffset()));
        }
        left.forEach((topic, offsets) -> partitions.add(partition(topic, offsets.first(), offsets.end())));
        SourceTransaction last = transactions.get(transactions.size() - 1);
        long changes = changesOfPieces
                + transactions.stream().mapToLong(each -> each.changes().size()).sum();
        if (changes != sentRecords) {
            throw new SyncException(
                    FaultKind.INTERNAL,
                    "A cut of " + changes + " changes has " + sentRecords + " records in " + stretches.keySet() + ".",
                    "");
        }
        Cut cut = new Cut(
                settings.task(),
                previous.sequence() + 1,
                last.lsn().value(),
                last.commitTimeMicros(),
                previous.systemIdentifier(),
                settings.slot(),
                transactions.size(),
                changes,
                partitions);
        List<RecordsDigest> records = partitions.stream()
                .map(part ->
                        Objects.requireNonNull(digests.get(part.topic()), "Every record that is sent is digested."))
                .toList();
        return CutChain.link(cut, records, previous);
    }

    private Cut.CutPartition partition(String topic, long firstOffset, long endOffset) {
        return new Cut.CutPartition(topic, 0, firstOffset, endOffset, topicIds.get(topic));
    }

    /**
     * A topic that was deleted and re-created is used under its new id: whether anything was lost with the first one
     * is for the applier to decide, which knows what it had read.
     */
    private void noteWritten(Map<String, Stretch> stretches) throws ExecutionException, InterruptedException {
        for (Map.Entry<String, Stretch> entry : stretches.entrySet()) {
            String topic = entry.getKey();
            Long before = writtenUpTo.put(topic, entry.getValue().endOffset());
            if (before != null && entry.getValue().firstOffset() < before) {
                topicIds.put(topic, topics.identifier(topic));
                listener.topicMadeAgain(topic);
            }
        }
    }

    /** Without the cuts before it a cut is useless. */
    private void requireSameCuts(long offset) {
        Long before = writtenUpTo.put(cutsTopic, offset + 1);
        if (before != null && offset < before) {
            throw LostCuts.changed(cutsTopic, "was deleted and re-created");
        }
    }

    private void findMissing(List<EncodedChange> changes, Set<String> missing) {
        String last = null;
        for (EncodedChange change : changes) {
            // Most follow one of the same table, whose name is the same object.
            if (!change.topic().equals(last) && !topicIds.containsKey(change.topic())) {
                missing.add(change.topic());
            }
            last = change.topic();
        }
    }

    /**
     * Prepares topics for their first record since the start, and creates those that are missing; those of one cut in parallel, and before
     * its Kafka transaction, whose time is limited.
     */
    private void makeTopics(Set<String> missing) throws ExecutionException, InterruptedException {
        List<String> names = List.copyOf(missing);
        for (int from = 0; from < names.size(); from += TaskTopics.TOPICS_PER_REQUEST) {
            List<String> part = names.subList(from, Math.min(names.size(), from + TaskTopics.TOPICS_PER_REQUEST));
            Set<String> existed = topics.create(
                    part, settings.topics().replicationFactor(), topic -> TaskTopics.properties(settings, topic));
            guard.prepare(part, existed);
            topicIds.putAll(topics.madeIdentifiers(part));
            makeKnown(part);
            Failpoint.CAPTURE_TOPICS_MADE.reached();
        }
    }

    /**
     * Lets the producer look topics up. It does so for each when it is first written to, and then not again for a tenth of a second,
     * which for thousands takes longer than a Kafka transaction may; requested in parallel, it looks up many at once.
     */
    private void makeKnown(List<String> names) throws ExecutionException, InterruptedException {
        ExecutorService askers = Executors.newFixedThreadPool(
                Math.min(names.size(), TOPICS_LOOKED_UP_AT_ONCE),
                task -> new Thread(task, "dts-sync-topics-" + settings.task()));
        try {
            List<Future<?>> asked = new ArrayList<>();
            names.forEach(name -> asked.add(askers.submit(() -> producer.partitionsFor(name))));
            for (Future<?> answer : asked) {
                answer.get();
            }
        } finally {
            askers.shutdownNow();
        }
    }

    /** Closes the producer at once; the next start settles an open transaction. */
    @Override
    public void close() {
        OrderlyClose.of(() -> producer.close(java.time.Duration.ofSeconds(1)));
        OrderlyClose.of(topics::close);
    }

    /** Notifies the listener how long each stage took. */
    private final class Stopwatch {
        private long since = System.nanoTime();

        void ended(CaptureStage stage) {
            long now = System.nanoTime();
            listener.timed(stage, now - since);
            since = now;
        }
    }

    private record Offsets(long first, long end) {}

    /** First and last record sent to one partition. */
    private static final class Stretch {
        private final Future<RecordMetadata> first;
        private Future<RecordMetadata> last;

        Stretch(Future<RecordMetadata> first) {
            this.first = first;
            this.last = first;
        }

        long firstOffset() throws ExecutionException, InterruptedException {
            return first.get().offset();
        }

        long endOffset() throws ExecutionException, InterruptedException {
            return last.get().offset() + 1;
        }
    }
}
