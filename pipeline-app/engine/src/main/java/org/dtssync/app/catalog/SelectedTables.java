package org.dtssync.app.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * The tables a task captures: permanent tables and roots of partition trees that the selection matches.
 *
 * <p>Thread-safe; opens a connection for each reading.
 */
public final class SelectedTables {

    private final DatabaseConnections source;
    private final TableCatalog catalog;

    /** Creates a reader; opens nothing yet. */
    public SelectedTables(DatabaseConnections source, ObjectSelection selection) {
        this.source = source;
        this.catalog = new TableCatalog(selection);
    }

    /** Reads the tables in the order of their names, each as pending; a root's estimates include its partitions'. */
    public List<TableProgress> read() {
        try (Connection connection = source.open()) {
            return captured(catalog.read(connection));
        } catch (SQLException e) {
            throw SqlFaults.explain("The source's tables could not be listed", e);
        }
    }

    /** Returns only the names, in their order, at a fraction of the cost: no table size is read. */
    public List<TableName> names() {
        try (Connection connection = source.open()) {
            return catalog.capturedNames(connection);
        } catch (SQLException e) {
            throw SqlFaults.explain("The source's tables could not be listed", e);
        }
    }

    /** Returns which of the catalog's tables are captured, each partition tree as its root. */
    public static List<TableProgress> captured(List<CatalogTable> tables) {
        Map<Long, List<CatalogTable>> trees = new LinkedHashMap<>();
        tables.forEach(table ->
                trees.computeIfAbsent(table.rootOid(), oid -> new ArrayList<>()).add(table));
        return trees.values().stream()
                .map(SelectedTables::progress)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<TableProgress> progress(List<CatalogTable> tree) {
        return tree.stream()
                .filter(CatalogTable::isCaptured)
                .findFirst()
                .map(root -> new TableProgress(
                        root.name(),
                        TableState.PENDING,
                        root.keyColumns(),
                        tree.stream().mapToLong(CatalogTable::rows).sum(),
                        tree.stream().mapToLong(CatalogTable::bytes).sum(),
                        0,
                        0,
                        Optional.empty()));
    }
}
