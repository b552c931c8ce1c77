package org.dtssync.app.stream;

import java.util.Locale;
import org.dtssync.app.drift.AppliedMark;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.source.StreamProgress;
import org.dtssync.connectors.capture.Capture;
import org.dtssync.connectors.capture.CaptureListener;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.capture.CaptureStage;
import org.dtssync.connectors.capture.debezium.DebeziumSource;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a capture running: after a transient fault a new one starts from the last cut. Runs in one thread. */
final class CapturePart implements CaptureListener {

    private static final Logger LOG = LoggerFactory.getLogger(CapturePart.class);

    private final CaptureSettings settings;
    private final DatabaseConnections source;
    private final TopicCodecs codecs;
    private final CaptureChecks checks;
    private final CommandCarrier carrier;
    private final Retry retry;
    private final AppliedMark applied;
    private final StreamProgress progress;
    private final StreamListener listener;
    private volatile Lsn lastCut = Lsn.ZERO;

    CapturePart(
            CaptureSettings settings,
            DatabaseConnections source,
            TopicCodecs codecs,
            CaptureChecks checks,
            CommandCarrier carrier,
            Retry retry,
            AppliedMark applied,
            StreamProgress progress,
            StreamListener listener) {
        this.settings = settings;
        this.source = source;
        this.codecs = codecs;
        this.checks = checks;
        this.carrier = carrier;
        this.retry = retry;
        this.applied = applied;
        this.progress = progress;
        this.listener = listener;
    }

    /** Captures until interrupted or until a permanent fault. */
    void run() throws InterruptedException {
        try {
            retry.run("capture", this::once);
        } catch (SyncException e) {
            if (e.kind() != FaultKind.SHAPE_CHANGED) {
                throw e;
            }
            // Changes written before the schema change are in cuts and are applied; then the task stops.
            applied.await(lastCut);
            throw checks.explained(e);
        }
    }

    private void once() throws InterruptedException {
        checks.require();
        Capture capture = new Capture(
                settings,
                source,
                codecs.keys(),
                codecs.values(),
                codecs.cuts(),
                this,
                checks::changed,
                new DebeziumSource(settings),
                carrier.captured());
        try {
            capture.run();
        } catch (SyncException e) {
            throw e.kind() == FaultKind.FENCED ? checks.fencedByWhom(e) : e;
        }
    }

    @Override
    public void othersFenced() {
        checks.requireTask();
    }

    @Override
    public void topicMadeAgain(String topic) {
        LOG.warn("A topic was deleted and re-created; what was not applied of it is lost. topic={}", topic);
    }

    @Override
    public void started(Lsn lsn) {
        progress.started();
        lastCut = Lsn.max(lastCut, lsn);
        LOG.info("Capture is streaming. task={} slot={} lsn={}", settings.task(), settings.slot(), lsn);
    }

    @Override
    public void timed(CaptureStage stage, long nanos) {
        listener.timed("capture_" + stage.name().toLowerCase(Locale.ROOT), nanos);
    }

    @Override
    public void cutWritten(Cut cut) {
        progress.cutWritten(cut);
        lastCut = new Lsn(cut.lsn());
        listener.captured(cut.changes());
        LOG.debug("Cut written. sequence={} lsn={} changes={}", cut.sequence(), new Lsn(cut.lsn()), cut.changes());
    }
}
