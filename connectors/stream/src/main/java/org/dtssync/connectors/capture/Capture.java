package org.dtssync.connectors.capture;

import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.ReplicationMessageColumnValueResolver;
import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.spi.OffsetCommitPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.LostCuts;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.ReplicationSlot;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;

/**
 * Reads the source's WAL with Debezium Embedded and writes it to the topics in cuts, each exactly once.
 *
 * <p>The order of the start is what makes it exact: settle and fence the topics, read the last cut, free the slot and move it
 * to that cut, stream without any stored offset, look at the slot again before the first commit. One object runs once; after
 * a fault make another one. {@link #run} and {@link #stop} may be called by different threads.
 */
public final class Capture {

    /** How long a stop waits for the engine to let go of its connections before it is left to end by itself. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(4);

    private final CaptureSettings settings;
    private final DatabaseConnections source;
    private final Converter keyConverter;
    private final Converter valueConverter;
    private final CutCodec codec;
    private final CaptureListener listener;
    private final StructureCheck structures;
    private final CountDownLatch stopRequested = new CountDownLatch(1);

    /**
     * Creates a capture; nothing is opened yet.
     *
     * @param settings what is captured, and where to
     * @param source connections to the source
     * @param keyConverter serializes keys; used by this capture alone
     * @param valueConverter serializes envelopes; used by this capture alone
     * @param codec serializes cuts; used by this capture alone
     * @param listener told how it gets on
     * @param structures compares the source's catalog with what was recorded
     */
    public Capture(
            CaptureSettings settings,
            DatabaseConnections source,
            Converter keyConverter,
            Converter valueConverter,
            CutCodec codec,
            CaptureListener listener,
            StructureCheck structures) {
        this.settings = settings;
        this.source = source;
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
        this.codec = codec;
        this.listener = listener;
        this.structures = structures;
    }

    /** Asks a running capture to end; returns at once. */
    public void stop() {
        stopRequested.countDown();
    }

    /**
     * Captures until {@link #stop} is called.
     *
     * @throws SyncException on any fault; start over with a new object
     * @throws InterruptedException if the thread is interrupted; everything is let go of first
     */
    public void run() throws InterruptedException {
        requireExactResolver();
        SlotGate gate = new SlotGate(source, new ReplicationSlot(settings.slot()));
        try (CutWriter writer = new CutWriter(settings, codec, listener)) {
            writer.fenceOthers();
            listener.othersFenced();
            Cut last =
                    new CutLog(settings.task(), settings.kafka(), codec).last().orElseThrow(this::noCut);
            gate.open(last);
            Lsn start = new Lsn(last.lsn());
            RecordEncoder encoder = new RecordEncoder(settings, keyConverter, valueConverter);
            CutHandler handler = new CutHandler(
                    new TransactionAssembler(
                            settings.task(), encoder, new MirroredTransactions(settings.task(), settings.mirrored())),
                    writer,
                    settings.limits(),
                    listener,
                    last,
                    () -> gate.confirmUntouched(start),
                    new StructureGate(structures));
            listener.started(start);
            stream(handler);
        }
    }

    private void stream(CutHandler handler) throws InterruptedException {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        CompletableFuture<Throwable> handlerFault = new CompletableFuture<>();
        DebeziumEngine<RecordChangeEvent<SourceRecord>> engine = DebeziumEngine.create(
                        ChangeEventFormat.of(Connect.class))
                .using(EngineSettings.of(settings))
                .using(OffsetCommitPolicy.always())
                .using((success, message, error) -> complete(ended, success, message, error))
                .notifying(watched(handler, handlerFault))
                .build();
        Thread thread = new Thread(engine, "capture-engine-" + settings.task());
        thread.setDaemon(true);
        thread.start();
        try {
            awaitEnd(ended, handlerFault);
        } finally {
            close(engine, thread);
        }
    }

    /** Keeps the handler's own fault: the engine reports it wrapped, after it has shut down. */
    private static DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>> watched(
            CutHandler handler, CompletableFuture<Throwable> fault) {
        return (events, committer) -> {
            try {
                handler.handleBatch(events, committer);
            } catch (RuntimeException | Error e) {
                fault.complete(e);
                throw e;
            }
        };
    }

    private static void complete(CompletableFuture<Void> ended, boolean success, String message, Throwable error) {
        if (success) {
            ended.complete(null);
        } else {
            ended.completeExceptionally(error == null ? new IOException(message) : error);
        }
    }

    private void awaitEnd(CompletableFuture<Void> ended, CompletableFuture<Throwable> handlerFault)
            throws InterruptedException {
        while (!stopRequested.await(20, TimeUnit.MILLISECONDS)) {
            if (handlerFault.isDone()) {
                throw EngineFaults.explain(settings, handlerFault.join());
            }
            if (ended.isDone()) {
                throw EngineFaults.explain(settings, failure(ended));
            }
        }
    }

    private static Throwable failure(CompletableFuture<Void> ended) throws InterruptedException {
        try {
            ended.get();
            return new IOException("the engine ended without an error");
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    /** The engine cannot be closed while its tasks start, and may hang in a dead connection: both are bounded here. */
    private static void close(DebeziumEngine<RecordChangeEvent<SourceRecord>> engine, Thread thread) {
        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> closeOnceStarted(engine, thread), task -> {
            Thread closer = new Thread(task, "capture-engine-stop");
            closer.setDaemon(true);
            closer.start();
        });
        try {
            closed.get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // The successor ends what is left over at the server: the slot's reader by its pid.
            thread.interrupt();
        }
    }

    private static void closeOnceStarted(DebeziumEngine<RecordChangeEvent<SourceRecord>> engine, Thread thread) {
        long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
        while (thread.isAlive() && System.nanoTime() < deadline) {
            try {
                engine.close();
                thread.join(STOP_TIMEOUT.toMillis());
            } catch (IllegalStateException stillStartingOrAlreadyEnding) {
                pause();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void pause() {
        java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }

    private static void requireExactResolver() {
        for (Class<?> ours : List.of(ReplicationMessageColumnValueResolver.class, TypeRegistry.class)) {
            if (!ours.getProtectionDomain()
                    .getCodeSource()
                    .equals(Capture.class.getProtectionDomain().getCodeSource())) {
                throw new SyncException(
                        FaultKind.INTERNAL,
                        "Debezium's jar comes before dts-sync's in the class path, and values would not be exact.",
                        "Start dts-sync with scripts/dts-sync, or put the jar of its connectors first.");
            }
        }
    }

    private SyncException noCut() {
        return LostCuts.truncated(new TopicNames(settings.task()).cuts());
    }
}
