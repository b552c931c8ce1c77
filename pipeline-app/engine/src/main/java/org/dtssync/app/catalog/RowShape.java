package org.dtssync.app.catalog;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dtssync.connectors.postgres.TableName;

/**
 * What the rows of a table are read by: its identity, its columns and its partitions. Cheap to read under a lock on the table. Immutable.
 *
 * @param oid the table's object identifier, as text
 * @param columns number, name and type of each column
 * @param partitions the object identifiers of its partitions, as text
 */
public record RowShape(String oid, Set<String> columns, Set<String> partitions) {

    private static final String NOW = """
            SELECT c.oid::text,
                   ARRAY(SELECT concat_ws(' ', a.attnum, a.attname, format_type(a.atttypid, a.atttypmod)) FROM pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                   ARRAY(SELECT p.relid::oid::text FROM pg_partition_tree(c.oid) p WHERE p.relid <> c.oid)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')
            """;

    /** Copies the sets. */
    public RowShape {
        columns = Set.copyOf(columns);
        partitions = Set.copyOf(partitions);
    }

    /** Returns that of a recorded shape. */
    public static RowShape recorded(String structure) {
        TableShape shape = TableShape.parse(structure);
        return new RowShape(
                shape.oid(),
                shape.columns().entrySet().stream()
                        .map(column -> column.getValue().number() + " " + column.getKey() + " "
                                + column.getValue().type())
                        .collect(Collectors.toSet()),
                ShapeFact.parse(structure).stream()
                        .filter(fact -> fact.kind().equals("partition")
                                && fact.property().equals("oid"))
                        .map(ShapeFact::value)
                        .collect(Collectors.toSet()));
    }

    /** Reads that of a table as it is in the session's transaction; empty if it does not exist. */
    public static Optional<RowShape> read(Connection connection, TableName table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NOW)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next()
                        ? Optional.of(new RowShape(rows.getString(1), texts(rows.getArray(2)), texts(rows.getArray(3))))
                        : Optional.empty();
            }
        }
    }

    private static Set<String> texts(Array array) throws SQLException {
        return new HashSet<>(Arrays.asList((String[]) array.getArray()));
    }

    /**
     * Compares a table with this shape. Partitions that are new do not matter: one begins without rows, or with those of a table that is
     * copied itself, so every other row of it is in the stream.
     *
     * @return the object identifiers of new partitions that have rows, as text: without these the rows that the session's transaction sees in
     *     the table can be written where it has this shape; empty if they cannot at all
     */
    public Optional<Set<String>> fitsWithout(Connection connection, TableName table) throws SQLException {
        Optional<RowShape> now = read(connection, table);
        if (now.isEmpty()
                || !now.get().oid().equals(oid)
                || !now.get().columns().equals(columns)
                || !now.get().partitions().containsAll(partitions)) {
            return Optional.empty();
        }
        Set<String> added = new TreeSet<>(now.get().partitions());
        added.removeAll(partitions);
        Set<String> filled = new TreeSet<>();
        for (String partition : added) {
            if (!isEmpty(connection, partition)) {
                filled.add(partition);
            }
        }
        return Optional.of(filled);
    }

    /** By its size where the account reads its root alone. */
    private static boolean isEmpty(Connection connection, String oid) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            String name;
            try (ResultSet rows = statement.executeQuery("""
                    SELECT c.oid::regclass::text, has_table_privilege(c.oid, 'SELECT'), pg_relation_size(c.oid) = 0
                    FROM pg_class c WHERE c.oid = %s
                    """.formatted(oid))) {
                if (!rows.next()) {
                    return true;
                }
                if (!rows.getBoolean(2)) {
                    return rows.getBoolean(3);
                }
                name = rows.getString(1);
            }
            try (ResultSet rows = statement.executeQuery("SELECT NOT EXISTS (SELECT FROM " + name + ")")) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }
}
