package org.dtssync.connectors.capture;

import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;

/** Told how a capture gets on, in the capture's own threads: return quickly. */
public interface CaptureListener {

    /** Streaming begins right behind this LSN. */
    void started(Lsn lsn);

    /** A cut is committed. */
    void cutWritten(Cut cut);
}
