package org.dtssync.app.moving;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.source.StreamProgress;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** One direction of the stream as a move of the applications needs it; the stream itself is wired elsewhere. Used by one thread. */
public interface MovingStream extends AutoCloseable {

    /** Returns the right to write to the database that this direction is applied to. */
    Epoch epoch();

    /** Returns the tables that it replicates. */
    List<TableName> tables();

    /** Returns its capture's progress, and which tables it saw changes of. */
    StreamProgress captured();

    /** Prepares it from nothing, for a destination that has every row already, and starts its capture. */
    void startCapture(List<TableName> followed);

    /**
     * Writes a heartbeat and waits until it is applied: then everything committed before the call is at the other database.
     *
     * @return a position that everything committed before the call lies before
     * @throws org.dtssync.connectors.fault.SyncException of kind TRANSIENT if it is not applied in time
     */
    Lsn awaitApplied(Duration limit) throws InterruptedException;

    /**
     * Writes a heartbeat, which is on the disk, with everything committed before it, when this returns.
     *
     * @return a position before the heartbeat and after everything committed before the call
     */
    Lsn writeHeartbeat();

    /**
     * Requires that tables have their recorded shape.
     *
     * @throws org.dtssync.connectors.fault.SyncException of kind SHAPE_CHANGED that names every change
     */
    void requireUnchangedStructure() throws InterruptedException;

    /** Returns when the last verification was that found both databases equal, if it still holds; ISO 8601, in UTC. */
    Optional<String> verifiedAt(Duration maximumAge);

    /**
     * Verifies both databases; returns whether they are equal.
     *
     * @param resumable how long ago an interrupted verification may have begun to be resumed
     */
    boolean verify(Duration resumable) throws InterruptedException;

    /** The sequences of the database that it is applied to stay where they are from now on; they are about to be set. */
    void pauseSequences();

    /** They follow again. */
    void resumeSequences();

    /** Stops everything that is running. */
    @Override
    void close();
}
