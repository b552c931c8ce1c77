package org.dtssync.connectors.postgres;

import java.sql.SQLException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Maps SQL errors by SQLSTATE class to kinds that determine whether a retry helps. */
public final class SqlFaults {

    private SqlFaults() {}

    /**
     * Wraps an SQL error.
     *
     * @param what the work, a sentence without its full stop that names the object
     * @param e the driver's error; only its first line is repeated, since details can hold row values
     */
    public static SyncException explain(String what, SQLException e) {
        return new SyncException(kind(e), what + ": " + message(e) + ".", "", e);
    }

    /** Returns the kind of an SQL error, by the classes of PostgreSQL's appendix A. */
    public static FaultKind kind(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (state.startsWith("08") || state.startsWith("57P") || state.isEmpty()) {
            return FaultKind.CONNECTION;
        }
        if (state.startsWith("40") || state.startsWith("53") || state.startsWith("55") || state.equals("57014")) {
            return FaultKind.TRANSIENT;
        }
        if (state.startsWith("28")) {
            return FaultKind.ACCESS;
        }
        if (state.equals("42501")) {
            return FaultKind.PERMISSION;
        }
        return FaultKind.DATA;
    }

    private static String message(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
