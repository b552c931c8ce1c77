package org.dtssync.app.pipeline;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.progress.TableProgress;
import org.dtssync.app.progress.TableState;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.apply.VisibleSnapshot;
import org.dtssync.connectors.capture.CapturedTable;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.SqlResources;

/** Turns the tables of the task into what capture and applier are told about them. Stateless but for its connections. */
final class CapturedTables {

    private static final TableName HEARTBEAT = new TableName(SqlResources.SCHEMA, "heartbeat");
    private static final List<String> HEARTBEAT_KEY = List.of("task");

    private final DatabaseConnections source;

    CapturedTables(DatabaseConnections source) {
        this.source = source;
    }

    /** Returns every table of the task and the heartbeat, with the columns they have at the source now. */
    List<CapturedTable> captured(List<TableProgress> tables) {
        Map<TableName, List<String>> columns = columns(tables);
        List<CapturedTable> captured = new ArrayList<>();
        for (TableProgress table : tables) {
            List<String> names = columns.get(table.table());
            if (names == null) {
                throw new SyncException(
                        FaultKind.STRUCTURE_CHANGED,
                        "Table " + table.table() + " no longer exists at the source.",
                        "Drop it at the destination as well, and start the task again without it.");
            }
            captured.add(new CapturedTable(table.table(), table.keyColumns(), names));
        }
        captured.add(
                new CapturedTable(HEARTBEAT, Optional.of(HEARTBEAT_KEY), List.of("task", "sequence", "written_at")));
        return captured;
    }

    /** Returns what the applier is told: keys, and the snapshots of tables without a key. */
    static List<AppliedTable> applied(List<TableProgress> tables) {
        List<AppliedTable> applied = new ArrayList<>();
        for (TableProgress table : tables) {
            if (table.state() != TableState.SKIPPED) {
                applied.add(new AppliedTable(
                        table.table(),
                        table.keyColumns().orElse(List.of()),
                        table.visibleSnapshot().map(VisibleSnapshot::parse)));
            }
        }
        applied.add(new AppliedTable(HEARTBEAT, HEARTBEAT_KEY, Optional.empty()));
        return applied;
    }

    private Map<TableName, List<String>> columns(List<TableProgress> tables) {
        Map<TableName, List<String>> columns = new HashMap<>();
        try (Connection connection = source.open();
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attnum)
                        FROM unnest(?::text[], ?::text[]) AS wanted (schema_name, table_name)
                        JOIN pg_namespace n ON n.nspname = wanted.schema_name
                        JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name
                        JOIN pg_attribute a ON a.attrelid = c.oid
                             AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                        GROUP BY 1, 2
                        """)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            tables.stream().map(table -> table.table().schema()).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text",
                            tables.stream().map(table -> table.table().table()).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.put(new TableName(rows.getString(1), rows.getString(2)), Arrays.asList((String[])
                            rows.getArray(3).getArray()));
                }
            }
            return columns;
        } catch (SQLException e) {
            throw SqlFaults.explain("The columns of the source's tables could not be read", e);
        }
    }
}
