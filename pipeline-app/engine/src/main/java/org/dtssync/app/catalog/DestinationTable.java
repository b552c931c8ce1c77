package org.dtssync.app.catalog;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.catalog.TableShape.Column;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/** Checks whether a table at the destination can store the rows of the source table of that name. Stateless. */
public final class DestinationTable {

    private DestinationTable() {}

    /** Reads its shape; empty if it does not exist. */
    public static Optional<TableShape> read(DatabaseConnections destination, TableName table) {
        return Optional.ofNullable(
                        new ShapeFingerprint(destination).read(List.of(table)).get(table))
                .map(TableShape::parse);
    }

    /**
     * Compares.
     *
     * @param step the change made at the source, if one is being accepted: rows from before it must be the same
     * @param keyless whether the destination may lack the key, as until the end of the load
     * @return how the destination differs, in words that follow a colon; empty if it does not
     */
    public static Optional<String> difference(
            TableShape source, TableShape destination, Optional<ShapeStep> step, boolean keyless) {
        for (Map.Entry<String, Column> column : source.columns().entrySet()) {
            Optional<String> differs = difference(
                    column.getKey(), column.getValue(), destination.columns().get(column.getKey()));
            if (differs.isPresent()) {
                return differs;
            }
        }
        for (String name : destination.columns().keySet()) {
            if (!source.columns().containsKey(name)) {
                return Optional.of("column " + name + " exists only there");
            }
        }
        boolean later = keyless && destination.key().isEmpty();
        if (source.key().isPresent() && !later && !source.key().equals(destination.key())) {
            return Optional.of("its key is "
                    + destination.key().map(key -> "(" + key + ")").orElse("missing") + " instead of ("
                    + source.key().get() + ")");
        }
        return step.flatMap(change -> changeDifference(change, destination));
    }

    private static Optional<String> difference(String name, Column source, @Nullable Column destination) {
        if (destination == null) {
            return Optional.of("column " + name + " (" + source.type() + ") is missing there");
        }
        if (!source.type().equals(destination.type())) {
            return Optional.of("column " + name + " is " + destination.type() + " instead of " + source.type());
        }
        if (source.generated() != destination.generated()) {
            return Optional.of("column " + name + " is generated at one end only");
        }
        if (source.notNull() != destination.notNull()) {
            return Optional.of("column " + name + " is NOT NULL at the " + (source.notNull() ? "source" : "destination")
                    + " only");
        }
        if (source.preset().isPresent() != destination.preset().isPresent()) {
            return Optional.of("column " + name + " has a default at the "
                    + (source.preset().isPresent() ? "source" : "destination") + " only");
        }
        return Optional.empty();
    }

    private static Optional<String> changeDifference(ShapeStep step, TableShape destination) {
        for (Map.Entry<String, Optional<String>> added : step.added().entrySet()) {
            if (added.getValue().isPresent()
                    && !added.getValue()
                            .equals(destination.column(added.getKey()).missing())) {
                return Optional.of("its rows do not have the value in the new column " + added.getKey()
                        + " that the source rows have; add the column with the same default, or use --resnapshot");
            }
        }
        for (Map.Entry<String, Column> column : step.now().columns().entrySet()) {
            Column was = step.before().columns().get(column.getKey());
            Optional<String> preset = column.getValue().preset();
            if (was != null
                    && !was.preset().equals(preset)
                    && !preset.equals(destination.column(column.getKey()).preset())) {
                return Optional.of("column " + column.getKey() + " has a different default there");
            }
        }
        Map<String, String> before = step.before().partitions();
        Map<String, String> now = step.now().partitions();
        for (String partition : now.keySet()) {
            if (!before.containsKey(partition) && !destination.partitions().containsKey(partition)) {
                return Optional.of("partition " + partition + " is missing there");
            }
        }
        for (String partition : before.keySet()) {
            if (!now.containsKey(partition) && destination.partitions().containsKey(partition)) {
                return Optional.of("partition " + partition + " is still attached there");
            }
        }
        return Optional.empty();
    }

    /** Returns whether rows could be rejected for a reason other than the key while they arrive in any order. */
    public static boolean hasOtherUniqueIndexes(DatabaseConnections destination, TableName table, List<String> key) {
        return destination.inTransaction("The indexes of table " + table + " could not be read", connection -> {
            try (PreparedStatement statement = connection.prepareStatement("""
                    WITH RECURSIVE member AS (
                        SELECT to_regclass(?)::oid AS oid
                        UNION ALL SELECT i.inhrelid FROM member m JOIN pg_inherits i ON i.inhparent = m.oid
                                  JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
                    )
                    SELECT EXISTS (
                        SELECT 1 FROM member m JOIN pg_index i ON i.indrelid = m.oid
                        WHERE (i.indisunique OR i.indisexclusion)
                          AND (i.indisexclusion OR i.indpred IS NOT NULL OR i.indexprs IS NOT NULL
                               OR (SELECT array_agg(a.attname::text ORDER BY a.attname::text COLLATE "C")
                                   FROM pg_attribute a WHERE a.attrelid = i.indrelid
                                     AND a.attnum = ANY ((i.indkey::int2[])[0 : i.indnkeyatts - 1]))
                                  IS DISTINCT FROM
                                  (SELECT array_agg(k ORDER BY k COLLATE "C") FROM unnest(?::text[]) AS k)))
                    """)) {
                statement.setString(1, table.sql());
                statement.setArray(2, connection.createArrayOf("text", key.toArray()));
                return answer(statement);
            }
        });
    }

    private static boolean answer(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getBoolean(1);
        }
    }
}
