package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/** Runs commands that changed the structure of the source at the destination. Used by the applier's thread. */
public interface CarriedCommands {

    /** The table at the source whose rows are the commands. */
    TableName TABLE = new TableName("dts_sync", "ddl");

    /**
     * Begins the commands of one source transaction.
     *
     * @param connection a session in the transaction that writes the rows of the same source transaction
     * @param commit where it committed
     */
    Transaction begin(Connection connection, Lsn commit) throws SQLException;

    /** The commands of one source transaction, in the order in which they stand among its rows. */
    interface Transaction {

        /**
         * Runs the next command, if it has to be run: every row that was written before it is at the destination.
         *
         * @param row the columns of its row as texts
         * @return what is another one for the rows behind it
         * @throws org.dtssync.connectors.fault.SyncException of kind SHAPE_CHANGED if it cannot be repeated
         */
        Effect run(Map<String, @Nullable String> row) throws SQLException;

        /** The transaction was rolled back because of a fault. */
        void failed(Exception fault);
    }

    /**
     * What a command means for the rows behind it.
     *
     * @param tables tables that are new, or have another shape or name
     * @param rewritten the table whose rows follow as updates that stand for all of them, until the next command; usually none
     */
    record Effect(List<AppliedTable> tables, Optional<TableName> rewritten) {

        /** Nothing is different. */
        public static final Effect NONE = new Effect(List.of(), Optional.empty());

        /** Copies the list. */
        public Effect {
            tables = List.copyOf(tables);
        }
    }
}
