package org.dtssync.connectors.postgres;

import java.sql.SQLException;
import java.util.regex.Pattern;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Maps SQL errors by SQLSTATE class to kinds that determine whether a retry helps. */
public final class SqlFaults {

    /**
     * What PostgreSQL says where a command of another session removed what a query had found in the catalog: functions that print an
     * expression or a definition see the catalog of that moment, not of the query's snapshot. The server does not translate these.
     */
    private static final Pattern DISTURBED = Pattern.compile(
            "could not open relation with OID \\d+$|cache lookup failed for |could not find tuple for |tuple concurrently ");

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

    /** Returns whether a query met a change of the structure by another session in the middle: when it is repeated, it sees the change. */
    public static boolean isDisturbed(SQLException e) {
        return "XX000".equals(e.getSQLState()) && DISTURBED.matcher(message(e)).find();
    }

    /** Returns the kind of an SQL error, by the classes of PostgreSQL's appendix A. */
    public static FaultKind kind(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (state.startsWith("08") || state.startsWith("57P") || state.isEmpty()) {
            return FaultKind.CONNECTION;
        }
        if (state.startsWith("40")
                || state.startsWith("53")
                || state.startsWith("55")
                || state.equals("57014")
                || isDisturbed(e)) {
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
