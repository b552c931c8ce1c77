package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One precondition that a query of one database decides.
 *
 * @param id which check
 * @param group what it is about
 * @param passed what is said if the query returns no row; {@code %1$s} is the database's role
 * @param unit of what the query measures; empty for a count
 * @param sql returns a row per finding: whether it fails, message, SQL that solves it, what else to do, what was measured, its
 *     limit (all but the first two may be null).
 *     {@code %1$s} is the database's role, {@code %2$s} the beginning of the names of our own sessions
 */
record GateQuery(String id, Gate.Group group, String passed, String unit, String sql) {

    private static final int FAILED = 1;
    private static final int MESSAGE = 2;
    private static final int STATEMENTS = 3;
    private static final int OTHERWISE = 4;
    private static final int MEASURED = 5;
    private static final int LIMIT = 6;

    /** Queries a database. */
    List<Gate> ask(Connection connection, String role, String ownSessions) throws SQLException {
        List<Gate> gates = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql.formatted(role, ownSessions.replace("'", "''")))) {
            while (rows.next()) {
                gates.add(gate(rows, role));
            }
        }
        return gates.isEmpty() ? List.of(Gate.pass(id, group, passed.formatted(role))) : gates;
    }

    private static String text(ResultSet rows, int column) throws SQLException {
        return Optional.ofNullable(rows.getString(column)).orElse("");
    }

    private Gate gate(ResultSet rows, String role) throws SQLException {
        String message = rows.getString(MESSAGE);
        Gate gate = rows.getBoolean(FAILED)
                ? Gate.fail(id, group, message, text(rows, OTHERWISE)).at(role, text(rows, STATEMENTS))
                : Gate.pass(id, group, message);
        return rows.getObject(MEASURED) == null
                ? gate
                : gate.measured(rows.getLong(MEASURED), rows.getLong(LIMIT), unit);
    }
}
