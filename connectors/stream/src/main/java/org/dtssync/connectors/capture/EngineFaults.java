package org.dtssync.connectors.capture;

import java.sql.SQLException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.Remedy;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.postgres.SqlFaults;

/** Finds in what the engine reports the fault that a person can act on. */
final class EngineFaults {

    private EngineFaults() {}

    static SyncException explain(CaptureSettings settings, Throwable error) {
        String what = "Capture from slot " + settings.slot() + " stopped";
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SyncException known) {
                return known;
            }
            if (cause instanceof SQLException sql) {
                return explain(what, sql);
            }
            if (cause instanceof org.apache.kafka.common.KafkaException
                    && !(cause instanceof org.apache.kafka.connect.errors.ConnectException)) {
                return KafkaFaults.explain(what, cause);
            }
            if (cause instanceof java.io.IOException) {
                return new SyncException(FaultKind.CONNECTION, what + ": " + cause.getMessage() + ".", "", error);
            }
        }
        return new SyncException(FaultKind.TRANSIENT, what + ": " + firstLine(error) + ".", "", error);
    }

    private static SyncException explain(String what, SQLException sql) {
        String state = sql.getSQLState() == null ? "" : sql.getSQLState();
        if (state.equals("55000") && String.valueOf(sql.getMessage()).contains("can no longer get changes")) {
            return new SyncException(
                    FaultKind.SLOT,
                    what + ": the source invalidated the slot, and the changes since the last cut are lost.",
                    "Raise max_slot_wal_keep_size at the source first. " + Remedy.START_AGAIN,
                    sql);
        }
        if (state.equals("42704")) {
            // The next start finds out which, and names it.
            return new SyncException(
                    FaultKind.TRANSIENT,
                    what + ": the slot or the publication no longer exists at the source.",
                    "",
                    sql);
        }
        return SqlFaults.explain(what, sql);
    }

    private static String firstLine(Throwable error) {
        String message = String.valueOf(error.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
