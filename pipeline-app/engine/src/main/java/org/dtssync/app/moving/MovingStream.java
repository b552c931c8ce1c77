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

    /** Returns the tables it carries. */
    List<TableName> tables();

    /** Returns how far its capture is, and what it came past. */
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
     * @return a position before the heartbeat and behind everything committed before the call
     */
    Lsn writeHeartbeat();

    /**
     * Requires that tables have the structure that they were recorded with.
     *
     * @throws org.dtssync.connectors.fault.SyncException of kind STRUCTURE_CHANGED that names every change
     */
    void requireUnchangedStructure() throws InterruptedException;

    /** Returns when the last verification was that found both databases equal, if it still holds; ISO 8601, in UTC. */
    Optional<String> verifiedAt(Duration maximumAge);

    /**
     * Compares both databases; returns whether they are equal.
     *
     * @param resumable how long ago an interrupted verification may have begun to be resumed
     */
    boolean verify(Duration resumable) throws InterruptedException;

    /** Ends everything that is at work. */
    @Override
    void close();
}
