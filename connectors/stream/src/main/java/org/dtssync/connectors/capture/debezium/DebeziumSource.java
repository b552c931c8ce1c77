package org.dtssync.connectors.capture.debezium;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.capture.ChangeSource;
import org.dtssync.connectors.capture.RowChange;
import org.dtssync.connectors.capture.SourceEvent;
import org.dtssync.connectors.fault.Failpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an {@link ExactPostgresTask} as a Kafka Connect worker would, in a separate thread: one that hangs in a dead connection
 * does not block its caller. Thread-safe; streams once.
 */
public final class DebeziumSource implements ChangeSource {

    private static final Logger LOG = LoggerFactory.getLogger(DebeziumSource.class);

    /** How long a stop waits for the task to release its connections before it is left to end by itself. */
    private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(4);

    private static final String MOVED_TO = "__debezium.newkey";
    private static final String MOVED_FROM = "__debezium.oldkey";

    private final CaptureSettings settings;
    private final ExactPostgresTask task = new ExactPostgresTask();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean stopping;

    /** Creates a source; nothing is opened yet. */
    public DebeziumSource(CaptureSettings settings) {
        this.settings = settings;
    }

    @Override
    public void stream(Consumer consumer) throws InterruptedException {
        Thread thread = new Thread(() -> run(consumer), "capture-engine-" + settings.task());
        thread.setDaemon(true);
        thread.start();
        try {
            ended.get();
        } catch (ExecutionException e) {
            throw EngineFaults.explain(
                    settings.slot(), Objects.requireNonNull(e.getCause(), "It is completed with what stopped it."));
        } finally {
            stop(thread);
        }
    }

    private void run(Consumer consumer) {
        try {
            task.initialize(new NoStoredOffsets());
            task.start(ConnectorSettings.of(settings));
            while (!stopping) {
                poll(consumer);
            }
            ended.completeExceptionally(new IOException("it was stopped"));
        } catch (InterruptedException | RuntimeException | Error e) {
            ended.completeExceptionally(e);
        } finally {
            release();
        }
    }

    private void release() {
        task.abandon();
        // The interrupted thread must end, which takes a few more calls to the server.
        boolean interrupted = Thread.interrupted();
        try {
            task.stop();
        } catch (RuntimeException e) {
            LOG.debug("Debezium's task did not stop in order. task={}", settings.task(), e);
        } finally {
            task.endSessions();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll(Consumer consumer) throws InterruptedException {
        consumer.between(task.envelopes());
        List<SourceRecord> records = task.poll();
        if (records == null || records.isEmpty()) {
            return;
        }
        int confirmed = consumer.accept(events(records));
        if (confirmed > 0) {
            task.commitRecord(records.get(confirmed - 1), null);
            task.commit();
            Failpoint.CAPTURE_CUT_CONFIRMED.reached();
        }
    }

    private static List<SourceEvent> events(List<SourceRecord> records) {
        List<SourceEvent> events = new ArrayList<>(records.size());
        for (SourceRecord record : records) {
            events.add(
                    TransactionEnds.is(record)
                            ? TransactionEnds.read(record)
                            : new RowChange(record.topic(), (Struct) record.value(), move(record)));
        }
        return events;
    }

    private static RowChange.Move move(SourceRecord record) {
        if (record.headers().isEmpty()) {
            return RowChange.Move.NONE;
        }
        if (record.headers().lastWithName(MOVED_TO) != null) {
            return RowChange.Move.LEAVES;
        }
        return record.headers().lastWithName(MOVED_FROM) != null ? RowChange.Move.ARRIVES : RowChange.Move.NONE;
    }

    private void stop(Thread thread) {
        stopping = true;
        task.abandon();
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            // The successor ends leftovers at the server: the slot's reader by its pid.
            thread.interrupt();
        }
    }
}
