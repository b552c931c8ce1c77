package org.dtssync.connectors.read;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.Cut.CutPartition;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;
import org.jspecify.annotations.Nullable;

/**
 * Reads a task's stream: its cuts in order and, of each, exactly the changes that belong to it.
 *
 * <p>A cut's changes come table by table, and those of one table in their order. Across tables the order is that of
 * {@link TableChange#commit} and {@link TableChange#number}; the end of the cut is the barrier up to which all of them have arrived.
 * Records that were lost, or that belong to no cut, are a fault. After a fault the reader has to be closed; a new one resumes
 * behind any cut that was read. Not thread-safe.
 */
public final class StreamReader implements AutoCloseable {

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(60);

    private final TopicNames names;
    private final Converter keyConverter;
    private final Converter valueConverter;
    private final TopicCheck check;
    private final CutReader cuts;
    private final ChangeReader changes;
    private final CommitPositions commits = new CommitPositions();
    private final Map<String, ChangeDecoder> decoders = new HashMap<>();

    /** The end of the last cut that was read. */
    private Lsn reached;

    /** The changes of one table in one cut, and their receiver. */
    record Stretch(CutPartition part, ChangeDecoder decoder, ChangeSink sink) {}

    /**
     * Creates a reader of what follows a position.
     *
     * @param settings which topics
     * @param from the cut that was read before
     * @param codec reads cuts; used by this reader alone
     * @param keyConverter reads keys; used by this reader alone
     * @param valueConverter reads envelopes; used by this reader alone
     * @throws org.dtssync.connectors.fault.SyncException if the cuts topic was replaced, or no longer has what follows
     */
    public StreamReader(
            ReadSettings settings, CutPosition from, CutCodec codec, Converter keyConverter, Converter valueConverter) {
        this.names = settings.names();
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
        this.reached = from.lsn();
        this.check = new TopicCheck(settings);
        CutReader opened = null;
        try {
            opened = new CutReader(settings, codec, from, check);
            this.changes = new ChangeReader(settings, READ_TIMEOUT, check);
        } catch (RuntimeException e) {
            closeAfter(e, opened);
            closeAfter(e, check);
            throw e;
        }
        this.cuts = opened;
    }

    private static void closeAfter(RuntimeException fault, @Nullable AutoCloseable opened) {
        if (opened != null) {
            try {
                opened.close();
            } catch (Exception e) {
                fault.addSuppressed(e);
            }
        }
    }

    /** Returns the next cut, waiting up to a timeout for one; null if none came. It stays the next one until it is read. */
    public @Nullable NumberedCut peek(Duration timeout) {
        return cuts.peek(timeout);
    }

    /** Reads all changes of the cut that {@link #peek} returned, and advances to the next one. */
    public void read(CutSink sink) {
        NumberedCut next = cuts.next();
        List<Stretch> wanted = open(next, sink);
        changes.prepare(wanted.stream().map(Stretch::part).toList());
        CutScope scope = new CutScope(next, reached, check);
        for (Stretch stretch : wanted) {
            changes.read(stretch.part(), record -> hand(record, scope, stretch));
        }
        finish(next, scope, wanted.size());
    }

    /**
     * Reads the changes of the cut that {@link #peek} returned in the order in which they were made, across tables, and advances to the
     * next one.
     *
     * @param wanted the tables whose changes are needed; the topics of others are not read
     */
    public void readInOrder(Predicate<TableName> wanted, ChangeSink sink) {
        NumberedCut next = cuts.next();
        Optional<ChangeSink> receiver = Optional.of(sink);
        List<Stretch> stretches = open(next, (table, end) -> wanted.test(table) ? receiver : Optional.empty());
        changes.prepare(stretches.stream().map(Stretch::part).toList());
        CutScope scope = new CutScope(next, reached, check);
        PriorityQueue<OrderedStretch> waiting = new PriorityQueue<>();
        for (Stretch stretch : stretches) {
            OrderedStretch ordered = new OrderedStretch(stretch, changes.range(stretch.part()), commits, scope.end());
            if (ordered.advance()) {
                waiting.add(ordered);
            }
        }
        for (OrderedStretch first = waiting.poll(); first != null; first = waiting.poll()) {
            if (pass(first, waiting.peek(), scope)) {
                waiting.add(first);
            }
        }
        finish(next, scope, stretches.size());
    }

    /** Passes on what precedes the next stretch; returns whether there is more. */
    private static boolean pass(OrderedStretch first, @Nullable OrderedStretch next, CutScope scope) {
        while (next == null || first.compareTo(next) < 0) {
            if (scope.brings(first.record(), first.commit()) && first.record().value() != null) {
                first.stretch().sink().accept(first.change());
            }
            if (!first.advance()) {
                return false;
            }
        }
        return true;
    }

    private void finish(NumberedCut next, CutScope scope, int read) {
        if (read == next.cut().partitions().size()) {
            scope.requireComplete();
        }
        cuts.take();
        reached = next.end();
    }

    private List<Stretch> open(NumberedCut next, CutSink sink) {
        List<Stretch> wanted = new ArrayList<>();
        for (CutPartition part : next.cut().partitions()) {
            ChangeDecoder decoder = decoders.get(part.topic());
            if (decoder == null) {
                TopicTable name = names.tableOf(part.topic());
                decoder = new ChangeDecoder(new TableName(name.schema(), name.table()), keyConverter, valueConverter);
                decoders.put(part.topic(), decoder);
            }
            Optional<ChangeSink> changesOf = sink.open(decoder.table(), next.end());
            if (changesOf.isPresent()) {
                wanted.add(new Stretch(part, decoder, changesOf.get()));
            }
        }
        return wanted;
    }

    private void hand(ConsumerRecord<byte[], byte[]> record, CutScope scope, Stretch stretch) {
        Lsn commit = commits.of(record, scope.end());
        // A record without a value says nothing that the delete before it has not said.
        if (scope.brings(record, commit) && record.value() != null) {
            stretch.sink().accept(new ReceivedChange(record, commit, stretch.decoder()));
        }
    }

    @Override
    public void close() {
        try (check;
                cuts) {
            changes.close();
        }
    }
}
