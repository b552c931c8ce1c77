package org.dtssync.connectors.postgres;

import java.sql.SQLException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Turns the failure to open a connection into one sentence a person can act on. */
final class ConnectionFaults {

    private ConnectionFaults() {}

    static SyncException explain(String role, DatabaseSettings settings, SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return switch (state) {
            case "28P01" ->
                new SyncException(
                        FaultKind.PERMISSION,
                        "The " + role + " " + settings + " refused the password of user " + settings.user() + ".",
                        "Correct " + role + ".password in the task file.",
                        e);
            case "28000" ->
                new SyncException(
                        FaultKind.PERMISSION,
                        "The " + role + " " + settings + " does not let user " + settings.user() + " in.",
                        "Check that the role exists and has LOGIN, and pg_hba.conf there: " + firstLine(e),
                        e);
            case "3D000" ->
                new SyncException(
                        FaultKind.USAGE,
                        "The database named by " + role + ".url does not exist: " + settings + ".",
                        "Create it or correct " + role + ".url.",
                        e);
            case "53300" ->
                new SyncException(
                        FaultKind.TRANSIENT,
                        "The " + role + " " + settings + " has no free connection.",
                        "Raise max_connections there or end idle sessions.",
                        e);
            default ->
                new SyncException(
                        FaultKind.CONNECTION,
                        "The " + role + " " + settings + " cannot be reached: " + firstLine(e) + ".",
                        "Check that the server runs and that host and port in " + role + ".url are right.",
                        e);
        };
    }

    private static String firstLine(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
