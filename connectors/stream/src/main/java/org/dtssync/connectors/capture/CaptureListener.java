package org.dtssync.connectors.capture;

import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;

/** Notified of a capture's progress, in the capture's own threads: return quickly. */
public interface CaptureListener {

    /**
     * Every other writer of the topics is fenced, and nothing was read or written yet. Throw if the task belongs to another
     * instance by now: an instance that was frozen would otherwise come back and fence its own successor.
     */
    default void othersFenced() {}

    /** A table's topic was deleted and re-created while it was written to; its previous records are lost. */
    default void topicMadeAgain(String topic) {}

    /** Streaming starts right after this LSN. */
    void started(Lsn lsn);

    /**
     * A stage of a cut has ended.
     *
     * @param nanos how long it took, in nanoseconds
     */
    default void timed(CaptureStage stage, long nanos) {}

    /** A cut is committed. */
    void cutWritten(Cut cut);
}
