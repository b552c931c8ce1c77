package org.dtssync.connectors.postgres;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What refused a row, as the server says it, without the row's values. Stateless. */
public final class RefusedRow {

    private RefusedRow() {}

    /** Returns constraint, domain and column, each preceded by a comma; empty if the server names none. */
    public static String named(SQLException e) {
        ServerErrorMessage message = e instanceof PSQLException server ? server.getServerErrorMessage() : null;
        if (message == null) {
            return "";
        }
        List<String> parts = new ArrayList<>();
        add(parts, "constraint", message.getConstraint());
        add(parts, "type", message.getDatatype());
        add(parts, "column", message.getColumn());
        return String.join("", parts);
    }

    private static void add(List<String> parts, String what, @Nullable String name) {
        if (name != null) {
            parts.add(", " + what + " " + name);
        }
    }
}
