package org.dtssync.connectors.apply;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.read.NumberedCut;
import org.dtssync.connectors.read.ReceivedChange;
import org.dtssync.connectors.read.TableChange;
import org.dtssync.schemas.Cut;
import org.jspecify.annotations.Nullable;

/**
 * Cuts that are written in one destination transaction: collects their changes in a fold, and writes a piece whenever there
 * are too many for memory.
 *
 * <p>Not thread-safe.
 */
final class CutBatch {

    /** Tables per write, unless a single cut has more: each takes some of the server's lock table. */
    private static final int MAXIMUM_TABLES = 600;

    private final DestinationTransaction transaction;
    private final int maximumChanges;
    private final long maximumBytes;
    private final BooleanSupplier aborted;
    private final Set<String> topics = new HashSet<>();
    private BatchFold fold = new BatchFold();
    private long bytes;

    /** The destination's position once the last added cut is written. */
    private @Nullable AppliedPosition position;

    /**
     * Creates an empty batch.
     *
     * @param transaction where it is written
     * @param maximumChanges changes that are held
     * @param maximumBytes bytes of changes that are held, unless a single one is larger
     * @param aborted whether nothing more may be written
     */
    CutBatch(DestinationTransaction transaction, int maximumChanges, long maximumBytes, BooleanSupplier aborted) {
        this.transaction = transaction;
        this.maximumChanges = maximumChanges;
        this.maximumBytes = maximumBytes;
        this.aborted = aborted;
    }

    private AppliedPosition position() {
        return Objects.requireNonNull(position, "A batch is written after its first cut began.");
    }

    /** Returns whether another cut can be added; only one is added once pieces are written. */
    boolean hasRoomFor(Cut next) {
        return !transaction.begun()
                && fold.changes() + next.changes() <= maximumChanges
                && hasRoomForTables(next)
                && bytes < maximumBytes;
    }

    private boolean hasRoomForTables(Cut next) {
        long more = next.partitions().stream()
                .filter(part -> !topics.contains(part.topic()))
                .count();
        return topics.size() + more <= MAXIMUM_TABLES;
    }

    /**
     * Begins the next cut; its changes follow.
     *
     * @param after the destination's position once they are written
     */
    void begin(NumberedCut next, AppliedPosition after) {
        next.cut().partitions().forEach(part -> topics.add(part.topic()));
        position = after;
    }

    /** Begins the destination's transaction: commands run in it between the rows. */
    void open() throws SQLException {
        transaction.open(position());
    }

    /** Writes what is held, so that a command finds it. */
    void flush() throws SQLException {
        if (fold.changes() > 0) {
            writePiece();
        }
    }

    /** Adds the image of a row that a command has rewritten. */
    void addImage(TargetChanges target, ReceivedChange change) {
        add(target, change, target::image);
    }

    /** Adds a change of the cut, which is decoded only once there is room for it. */
    void add(TargetChanges target, ReceivedChange change) {
        add(target, change, target::of);
    }

    private void add(TargetChanges target, ReceivedChange change, Function<TableChange, Change> as) {
        // The first half of a move removes the row whose unsent values the second half needs: both go into one piece.
        if (isFull() && !change.completesMove()) {
            try {
                writePiece();
            } catch (SQLException e) {
                throw SqlFaults.explain("Changes could not be written to the destination", e);
            }
        }
        fold.add(target.table(), as.apply(change.decode()));
        bytes += change.heldBytes();
    }

    private boolean isFull() {
        return fold.changes() >= maximumChanges || bytes >= maximumBytes;
    }

    /** Writes what is held and commits all of it; returns when the commit began, as {@link System#nanoTime}. */
    long finish() throws SQLException {
        try {
            if (transaction.begun()) {
                writePiece();
            } else {
                transaction.writeWhole(position(), fold);
            }
            long written = System.nanoTime();
            transaction.commit();
            return written;
        } catch (SQLException | RuntimeException e) {
            transaction.rollback();
            throw e;
        }
    }

    private void writePiece() throws SQLException {
        if (aborted.getAsBoolean()) {
            throw new SyncException(FaultKind.TRANSIENT, "The write was stopped.", "");
        }
        transaction.writePiece(position(), fold);
        fold = new BatchFold();
        bytes = 0;
    }
}
