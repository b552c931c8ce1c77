package org.dtssync.app.precheck;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A query of a catalog with its parameters: texts, numbers, arrays of texts or of object identifiers. Immutable. */
final class Query {

    /** Reads one row. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private final Connection connection;
    private final String sql;
    private final List<Object> parameters;

    /** Creates a query; collections of Long and of String become arrays. */
    Query(Connection connection, String sql, Object... parameters) {
        this.connection = connection;
        this.sql = sql;
        this.parameters = List.of(parameters);
    }

    <T> List<T> list(Row<T> reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int position = 1;
            for (Object parameter : parameters) {
                statement.setObject(position, value(parameter));
                position++;
            }
            List<T> list = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    list.add(reader.read(rows));
                }
            }
            return list;
        }
    }

    /** Returns the first row's value; the query must have one. */
    <T> T one(Row<T> reader) throws SQLException {
        return list(reader).get(0);
    }

    String text() throws SQLException {
        return one(row -> row.getString(1));
    }

    long number() throws SQLException {
        return one(row -> row.getLong(1));
    }

    boolean yes() throws SQLException {
        return one(row -> row.getBoolean(1));
    }

    List<String> texts() throws SQLException {
        return list(row -> row.getString(1));
    }

    private Object value(Object parameter) throws SQLException {
        if (parameter instanceof Collection<?> collection) {
            boolean numbers = collection.stream().anyMatch(Long.class::isInstance);
            return connection.createArrayOf(numbers ? "bigint" : "text", collection.toArray());
        }
        return parameter;
    }
}
