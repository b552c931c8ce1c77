package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Optional;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.Epoch;

/**
 * One transaction of the destination: the applied position first, then the folded changes, as a whole or in pieces.
 *
 * <p>Not thread-safe.
 */
final class DestinationTransaction {

    private final Connection connection;
    private final Epoch epoch;
    private final BatchWriter writer;
    private final WriteMode mode;
    private final Optional<CatchUpRows> rows;
    private boolean begun;

    /**
     * Creates a transaction; nothing is sent yet.
     *
     * @param connection the session, outside of any transaction
     * @param epoch the right to write
     * @param mode how rows are written
     * @param rows completes rows whose values were not sent; only before the consistency point
     */
    DestinationTransaction(
            Connection connection, Epoch epoch, BatchWriter writer, WriteMode mode, Optional<CatchUpRows> rows) {
        this.connection = connection;
        this.epoch = epoch;
        this.writer = writer;
        this.mode = mode;
        this.rows = rows;
    }

    /** Returns whether pieces were written that are not committed yet. */
    boolean begun() {
        return begun;
    }

    /**
     * Writes a fold that is all the transaction has to write.
     *
     * @param position the destination's position afterwards
     */
    void writeWhole(AppliedPosition position, BatchFold fold) throws SQLException {
        position.advance(connection, epoch);
        Failpoint.APPLY_POSITION_ADVANCED.reached();
        Optional<LateRows> late = complete(fold);
        // Reading from the source raised the consistency point, which must not be rolled back with the attempt.
        Savepoint completed = rows.isPresent() ? connection.setSavepoint() : null;
        try {
            writer.write(connection, fold, mode, false);
        } catch (SQLException e) {
            if (!UniqueConflict.is(e)) {
                throw e;
            }
            if (completed == null) {
                connection.rollback();
                position.advance(connection, epoch);
            } else {
                connection.rollback(completed);
            }
            writer.rewrite(connection, fold, mode);
        }
        write(late);
    }

    /** Begins with the position; pieces and commands follow. */
    void open(AppliedPosition position) throws SQLException {
        position.advance(connection, epoch);
        begun = true;
        Failpoint.APPLY_POSITION_ADVANCED.reached();
    }

    /**
     * Writes a fold that is part of what the transaction has to write.
     *
     * @param position the destination's position once all pieces are committed
     */
    void writePiece(AppliedPosition position, BatchFold fold) throws SQLException {
        if (!begun) {
            position.advance(connection, epoch);
            begun = true;
        }
        Optional<LateRows> late = complete(fold);
        writer.writePiece(connection, fold, mode);
        write(late);
        Failpoint.APPLY_PIECE_WRITTEN.reached();
    }

    /** Commits what was written. */
    void commit() throws SQLException {
        if (!begun) {
            Failpoint.APPLY_ROWS_WRITTEN.reached();
        }
        connection.commit();
        Failpoint.APPLY_COMMITTED.reached();
    }

    /** Rolls back everything that was written. */
    void rollback() throws SQLException {
        connection.rollback();
    }

    private Optional<LateRows> complete(BatchFold fold) throws SQLException {
        return rows.isPresent() ? Optional.of(rows.get().complete(connection, fold.keyed())) : Optional.empty();
    }

    private void write(Optional<LateRows> late) throws SQLException {
        if (late.isPresent()) {
            late.get().write(connection, writer);
        }
    }
}
