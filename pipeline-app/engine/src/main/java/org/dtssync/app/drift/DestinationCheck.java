package org.dtssync.app.drift;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.apply.DestinationFaults;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether the tables at the destination still have the source's columns, with the same types. A type that was
 * changed may round every value that is written, without an error.
 *
 * <p>Thread-safe.
 */
public final class DestinationCheck {

    /** The type's schema is ignored: an extension may be in a different one at each end. */
    private static final String COLUMNS = """
            SELECT n.nspname, c.relname, a.attname,
                   regexp_replace(format_type(a.atttypid, a.atttypmod), '^("([^"]|"")+"|[^". (]+)[.]', '')
            FROM unnest(?::text[], ?::text[]) AS wanted(schema_name, table_name)
            JOIN pg_namespace n ON n.nspname = wanted.schema_name
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name AND c.relkind IN ('r', 'p')
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            """;

    private static final String SCHEMA_OF_TYPE = "^(\"([^\"]|\"\")+\"|[^\". (]+)[.]";

    private final DatabaseConnections destination;
    private final ProgressStore progress;

    DestinationCheck(DatabaseConnections destination, ProgressStore progress) {
        this.destination = destination;
        this.progress = progress;
    }

    /**
     * Checks once every table that changes are applied to.
     *
     * @throws org.dtssync.connectors.fault.SyncException of kind SHAPE_CHANGED that names the first difference
     */
    void check() {
        List<TableName> tables = progress.tables().stream()
                .filter(table -> table.state() == TableState.STREAMING)
                .map(TableProgress::table)
                .toList();
        Map<TableName, Map<String, String>> there = columns(destination, tables);
        Set<TableName> streaming = Set.copyOf(tables);
        progress.structures((table, structure) -> {
            if (streaming.contains(table)) {
                compare(table, TableShape.parse(structure), there.get(table));
            }
        });
    }

    private void compare(TableName table, TableShape source, @Nullable Map<String, String> there) {
        if (there == null) {
            throw new DestinationFaults(destination.role()).missing(table);
        }
        for (String column : source.carried()) {
            String type = there.get(column);
            if (type == null) {
                throw new DestinationFaults(destination.role()).missing(table, column);
            }
            String atSource = source.column(column).type().replaceFirst(SCHEMA_OF_TYPE, "");
            if (!type.equals(atSource) && !isCut(source.column(column).type())) {
                throw new DestinationFaults(destination.role()).otherType(table, column, type, atSource);
            }
        }
    }

    /** An earlier release stored no more than 63 bytes of a type, whole characters of at most four bytes. */
    private static boolean isCut(String type) {
        int bytes = type.getBytes(StandardCharsets.UTF_8).length;
        return bytes >= 60 && bytes <= 63;
    }

    private static Map<TableName, Map<String, String>> columns(
            DatabaseConnections destination, List<TableName> tables) {
        Map<TableName, Map<String, String>> columns = new HashMap<>();
        try (Connection connection = destination.open();
                PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableName::schema).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableName::table).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.computeIfAbsent(
                                    new TableName(rows.getString(1), rows.getString(2)), table -> new HashMap<>())
                            .put(rows.getString(3), rows.getString(4));
                }
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The tables at the destination could not be compared", e);
        }
        return columns;
    }
}
