package org.dtssync.connectors.capture;

import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;

/** Told how a capture gets on, in the capture's own threads: return quickly. */
public interface CaptureListener {

    /**
     * Every other writer of the topics is fenced off, and nothing was read or written yet. Throw if the task is another
     * instance's by now: an instance that was frozen would otherwise come back and push its own successor aside.
     */
    default void othersFenced() {}

    /** A table's topic was deleted and made again while it was written to; what it held is in no topic any more. */
    default void topicMadeAgain(String topic) {}

    /** Streaming begins right behind this LSN. */
    void started(Lsn lsn);

    /** A cut is committed. */
    void cutWritten(Cut cut);
}
