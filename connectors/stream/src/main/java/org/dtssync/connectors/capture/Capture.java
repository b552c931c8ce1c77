package org.dtssync.connectors.capture;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.LostCuts;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.ReplicationSlot;
import org.dtssync.schemas.Cut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a source streams to the topics in cuts, each exactly once.
 *
 * <p>The order of the start is what makes it exact: settle and fence the topics, read the last cut, free the slot and move it
 * to that cut, stream without any stored offset, check the slot again before the first commit. One object runs once; after
 * a fault create another one. Runs in one thread, which ends it by being interrupted.
 */
public final class Capture {

    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);

    private final CaptureSettings settings;
    private final DatabaseConnections source;
    private final Converter keyConverter;
    private final Converter valueConverter;
    private final CutCodec codec;
    private final CaptureListener listener;
    private final ChangedShapes structures;
    private final ChangeSource changes;
    private final Optional<CapturedCommands> commands;
    private final Optional<ReadRequests> reads;

    /**
     * Creates a capture; nothing is opened yet.
     *
     * @param settings what to capture, and where to
     * @param source connections to the source
     * @param keyConverter serializes keys; used by this capture alone
     * @param valueConverter serializes envelopes; used by this capture alone
     * @param codec serializes cuts; used by this capture alone
     * @param listener notified of its progress
     * @param structures compares the source's catalog with the recorded shapes
     * @param changes streams the slot; used by this capture alone
     * @param commands follows commands that change the structure; empty if the task carries none
     * @param reads rows that are to be written too; empty if there are none
     */
    public Capture(
            CaptureSettings settings,
            DatabaseConnections source,
            Converter keyConverter,
            Converter valueConverter,
            CutCodec codec,
            CaptureListener listener,
            ChangedShapes structures,
            ChangeSource changes,
            Optional<CapturedCommands> commands,
            Optional<ReadRequests> reads) {
        this.settings = settings;
        this.source = source;
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
        this.codec = codec;
        this.listener = listener;
        this.structures = structures;
        this.changes = changes;
        this.commands = commands;
        this.reads = reads;
    }

    /**
     * Captures until the thread is interrupted.
     *
     * @throws SyncException on any fault; start over with a new object
     * @throws InterruptedException if the thread is interrupted; everything is released first
     */
    public void run() throws InterruptedException {
        SlotGate gate = new SlotGate(source, new ReplicationSlot(settings.slot()));
        try (CutWriter writer = new CutWriter(settings, codec, listener);
                ValuesOfSource values = new ValuesOfSource(source, settings.slot())) {
            writer.fenceOthers();
            listener.othersFenced();
            Failpoint.CAPTURE_OTHERS_FENCED.reached();
            Cut last =
                    new CutLog(settings.names(), settings.kafka(), codec).last().orElseThrow(this::noCut);
            gate.open(last);
            Failpoint.CAPTURE_SLOT_ADVANCED.reached();
            Lsn start = new Lsn(last.lsn());
            List<CapturedTable> tables =
                    commands.isEmpty() ? settings.tables() : commands.get().tables(last);
            RecordEncoder encoder = new RecordEncoder(
                    settings,
                    tables,
                    keyConverter,
                    valueConverter,
                    settings.topics().extras().unsent() ? values : UnsentValues.PLACEHOLDERS);
            TransactionAssembler assembler = new TransactionAssembler(
                    settings.names(),
                    encoder,
                    new MirroredTransactions(settings.names(), settings.mirrored()),
                    new CommandRows(settings.names(), commands));
            CutHandler handler = new CutHandler(
                    assembler,
                    writer,
                    settings.limits(),
                    listener,
                    last,
                    () -> gate.confirmUntouched(start),
                    new ShapeGate(structures, source.role()),
                    reads.map(requests -> new ReadRows(
                            requests, new ShownTransactions(source), settings, encoder.ofReads(), writer)));
            listener.started(start);
            try {
                changes.stream(handler);
            } finally {
                LOG.info(
                        "Capture ended. task={} changes={} left_out={}",
                        settings.task(),
                        assembler.count().inCuts(),
                        assembler.count().leftOut());
            }
        }
    }

    private SyncException noCut() {
        return LostCuts.truncated(settings.names().cuts());
    }
}
