package org.dtssync.app.pipeline;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.progress.TableProgress;
import org.dtssync.connectors.capture.Capture;
import org.dtssync.connectors.capture.CaptureListener;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a capture running: after a passing fault a new one begins from the last cut. Runs in one thread. */
final class CapturePart implements CaptureListener {

    private static final Logger LOG = LoggerFactory.getLogger(CapturePart.class);

    private final TaskParts parts;
    private final List<TableProgress> tables;
    private final Optional<CaptureWatch> watch;

    CapturePart(TaskParts parts, List<TableProgress> tables, Optional<CaptureWatch> watch) {
        this.watch = watch;
        this.parts = parts;
        this.tables = tables;
    }

    /** Captures until interrupted or until a fault that does not pass. */
    void run() throws InterruptedException {
        parts.retry().run("capture", this::once);
    }

    private void once() throws InterruptedException {
        Capture capture = new Capture(
                parts.captureSettings(new CapturedTables(parts.source()).captured(tables)),
                parts.source(),
                parts.keyConverter(),
                parts.valueConverter(),
                parts.cutCodec(),
                this);
        capture.run();
    }

    @Override
    public void started(Lsn lsn) {
        watch.ifPresent(CaptureWatch::started);
        LOG.info(
                "Capture streams. task={} slot={} lsn={}",
                parts.task().name(),
                parts.task().slot(),
                lsn);
    }

    @Override
    public void cutWritten(Cut cut) {
        watch.ifPresent(watching -> watching.cutWritten(cut));
        LOG.debug("Cut written. sequence={} lsn={} changes={}", cut.sequence(), new Lsn(cut.lsn()), cut.changes());
    }
}
