package org.dtssync.app.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * The values each type is tried with: those of {@code edge-values.txt}, made from the values below for domains and ranges
 * without a section, candidates for types that nobody has thought of yet. For one thread, as its connection.
 */
final class EdgeValues {

    private static final String ANY = "*";
    private static final int HUGE_BYTES = 20_000;

    private final Map<String, List<String>> sections = new HashMap<>();
    private final Connection connection;

    EdgeValues(Connection connection) throws IOException {
        this.connection = connection;
        try (InputStream in = EdgeValues.class.getResourceAsStream("edge-values.txt")) {
            List<String> section = List.of();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.startsWith("[") && line.endsWith("]")) {
                    section = new ArrayList<>();
                    sections.put(line.substring(1, line.length() - 1), section);
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    section.add(line);
                }
            }
        }
    }

    /** Returns expressions of the type that this server takes, each with a cast to it; empty if it takes none. */
    List<String> of(MatrixType type) throws SQLException {
        List<String> values = new ArrayList<>();
        for (String candidate : candidates(type)) {
            String value = "(" + candidate + ")::" + type.sql();
            if (isTaken(value, type)) {
                values.add(value);
            }
        }
        return values;
    }

    private List<String> candidates(MatrixType type) throws SQLException {
        List<String> own = sections.get(type.name());
        if (own != null) {
            return own;
        }
        return switch (type.kind()) {
            case DOMAIN -> of(type.lower());
            case RANGE -> ranges(type);
            case MULTIRANGE -> multiranges(type);
            default -> Objects.requireNonNull(sections.get(ANY), "edge-values.txt has a section for every type.");
        };
    }

    private List<String> ranges(MatrixType type) throws SQLException {
        List<String> candidates = new ArrayList<>(List.of("'empty'", "'(,)'"));
        for (String value : notHuge(type.lower())) {
            candidates.add(type.sql() + "(" + value + ", NULL, '()')");
            candidates.add(type.sql() + "(NULL, " + value + ", '(]')");
            candidates.add(type.sql() + "(" + value + ", " + value + ", '[]')");
        }
        return candidates;
    }

    /** The longest numbers go as they are: dozens of ranges of them would take longer than everything else. */
    private List<String> notHuge(MatrixType type) throws SQLException {
        List<String> values = new ArrayList<>();
        for (String value : of(type)) {
            if (Integer.parseInt(text("SELECT octet_length(format('%s', " + value + "))")) < HUGE_BYTES) {
                values.add(value);
            }
        }
        return values;
    }

    private List<String> multiranges(MatrixType type) throws SQLException {
        List<String> candidates = new ArrayList<>(List.of("'{}'"));
        for (String value : of(type.lower())) {
            candidates.add(type.sql() + "(" + value + ")");
        }
        return candidates;
    }

    /** A value that the server prints but does not read back, no tool can carry: rounding can make such timestamps. */
    private boolean isTaken(String value, MatrixType type) throws SQLException {
        try {
            String text = text("SELECT format('%s', " + value + ")");
            text("SELECT format('%s', " + Identifiers.literal(text) + "::" + type.sql() + ")");
            return true;
        } catch (SQLException e) {
            // Any other class than these means that the test itself is wrong.
            if (e.getSQLState().matches("(22|42|0A|23|54|XX).*")) {
                return false;
            }
            throw e;
        }
    }

    private String text(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
