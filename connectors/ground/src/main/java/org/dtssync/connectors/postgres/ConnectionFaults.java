package org.dtssync.connectors.postgres;

import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.TlsProblem;

/** Turns the failure to open a connection into one actionable sentence. */
final class ConnectionFaults {

    private ConnectionFaults() {}

    static SyncException explain(String role, DatabaseSettings settings, SQLException e) {
        Optional<TlsProblem> tls = TlsProblem.of(e);
        if (tls.isPresent()) {
            return new SyncException(
                    FaultKind.CONNECTION,
                    "The " + role + " " + settings + " cannot be reached: "
                            + tls.get().reason() + ".",
                    remedy(role, tls.get()),
                    e);
        }
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return switch (state) {
            case "28P01" ->
                new SyncException(
                        FaultKind.ACCESS,
                        "The " + role + " " + settings + " refused the password of user " + settings.user() + ".",
                        "Correct " + role
                                + ".password in the task file, or create the role: PostgreSQL says the same of a role that does not exist.",
                        e);
            case "28000" ->
                new SyncException(
                        FaultKind.ACCESS,
                        "The " + role + " " + settings + " rejected user " + settings.user() + ".",
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
                        "The " + role + " " + settings + " cannot be reached: " + reason(e) + ".",
                        firstLine(e).contains("SSL")
                                ? "Check that the server has ssl on, and sslmode and the certificates in " + role
                                        + ".url."
                                : "Check that the server runs and that host and port in " + role + ".url are right.",
                        e);
        };
    }

    private static String remedy(String role, TlsProblem problem) {
        return switch (problem) {
            case EXPIRED -> "Renew the certificate of the server.";
            case NOT_YET_VALID -> "Check the clock here and at the server.";
            case OTHER_HOST -> "Use the host name that the certificate is for in " + role + ".url.";
            case UNTRUSTED -> "Set sslrootcert to a file with the authority's certificate in " + role + ".url.";
            case CLIENT_CERTIFICATE ->
                "Set sslcert and sslkey in " + role
                        + ".url to a certificate that the server trusts, which has not expired.";
            case PLAIN, OTHER ->
                "Check that the server has ssl on, and sslmode and the certificates in " + role + ".url.";
        };
    }

    /** The driver adds its own advice, and gives the reason of some failures only in their cause. */
    private static String reason(SQLException e) {
        if (e.getCause() instanceof UnknownHostException unknown) {
            return "host " + unknown.getMessage() + " is not known";
        }
        if (e.getCause() instanceof SocketTimeoutException) {
            return "no response in time";
        }
        String line = firstLine(e);
        int advice = line.indexOf(". Check that");
        return advice < 0 ? line : line.substring(0, advice);
    }

    private static String firstLine(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
