package org.dtssync.app.pipeline;

import java.time.Duration;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.Phase;
import org.dtssync.app.stream.StreamListener;
import org.dtssync.connectors.postgres.TableName;

/** Told how a task gets on, by several threads: return quickly. */
public interface PipelineListener extends StreamListener {

    /** A listener that does nothing. */
    PipelineListener NONE = new PipelineListener() {};

    /** A phase begins. */
    default void entered(Phase phase) {}

    /** The snapshot begins; its progress can be read from now on. */
    default void snapshotStarted(SnapshotProgress progress) {}

    /**
     * A table was copied whole.
     *
     * @param rows rows of it, in this run and before
     * @param bytes bytes of COPY text
     * @param time how long it took in this run
     */
    default void tableCopied(TableName table, long rows, long bytes, Duration time) {}

    /** A chunk of the snapshot was copied. */
    default void chunkCopied(TableName table, long rows, long bytes) {}

    /** An object of the structure was made, or failed. */
    default void structureObject(String name, String state, double seconds) {}
}
