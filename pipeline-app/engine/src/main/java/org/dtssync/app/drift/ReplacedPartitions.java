package org.dtssync.app.drift;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.dtssync.app.catalog.PartitionFiles;
import org.dtssync.app.catalog.PartitionFiles.Partition;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.state.TableProgress;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds partitions that were truncated individually: PostgreSQL sends no TRUNCATE of a partition whose root is published. It
 * gives the partition a new file, as VACUUM FULL and CLUSTER do, so a partition with a new file is compared, once.
 *
 * <p>{@link #begin} may be called by any thread, the rest by one.
 */
public final class ReplacedPartitions {

    private static final Logger LOG = LoggerFactory.getLogger(ReplacedPartitions.class);

    private final Route route;
    private final ProgressStore progress;
    private final ShapeRecords structures;
    private final Epoch epoch;
    private final TableComparison comparison;
    private volatile boolean following;

    /** Compares the rows of tables. */
    @FunctionalInterface
    public interface TableComparison {
        /** Returns a description of those that differ: name, and how many rows differ how. */
        List<String> differing(List<TableProgress> tables) throws InterruptedException;
    }

    /**
     * Creates a check of the partitions of one direction; opens nothing yet.
     *
     * @param epoch the right to record what was found equal
     * @param comparison compares rows at both ends
     */
    public ReplacedPartitions(Route route, Epoch epoch, TableComparison comparison) {
        this.route = route;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.structures = new ShapeRecords(route.destination(), route.task());
        this.epoch = epoch;
        this.comparison = comparison;
    }

    /** Enables the check from now on, when the destination follows exactly; before, a comparison would be meaningless. */
    public void begin() {
        following = true;
    }

    /**
     * Compares every partition whose file was replaced since it was recorded.
     *
     * @param recorded the recorded fingerprints
     * @param now the current ones, which are the same except for files
     * @throws SyncException of kind DIFFERENCE if a partition is not equal at both ends
     */
    void compare(Map<TableName, String> recorded, Map<TableName, String> now) throws InterruptedException {
        if (!following) {
            return;
        }
        for (Map.Entry<TableName, String> table : recorded.entrySet()) {
            String current = Objects.requireNonNull(now.get(table.getKey()), "A table that was dropped has changed.");
            List<Partition> replaced = PartitionFiles.replaced(table.getValue(), current);
            if (!replaced.isEmpty()) {
                compare(table.getKey(), replaced, current);
                structures.replace(
                        table.getKey(), table.getValue(), PartitionFiles.withFilesOf(table.getValue(), current), epoch);
            }
        }
    }

    private void compare(TableName root, List<Partition> replaced, String current) throws InterruptedException {
        LOG.info("Comparing partitions with a new file. table={} partitions={}", root, replaced.size());
        TableProgress table = progress.tables().stream()
                .filter(one -> one.table().equals(root))
                .findFirst()
                .orElseThrow();
        String there =
                new ShapeFingerprint(route.destination()).read(List.of(root)).get(root);
        boolean alike = there != null
                && replaced.stream()
                        .allMatch(partition -> PartitionFiles.hasSamePlace(partition.name(), current, there));
        List<TableProgress> tables = alike
                ? replaced.stream().map(partition -> named(table, partition)).toList()
                : List.of(table);
        List<String> different = comparison.differing(tables);
        if (!different.isEmpty()) {
            throw emptied(root, different);
        }
    }

    private TableProgress named(TableProgress root, Partition partition) {
        return new TableProgress(
                name(partition).orElse(root.table()),
                root.state(),
                root.keyColumns(),
                root.estimatedRows(),
                root.estimatedBytes(),
                0,
                0,
                Optional.empty());
    }

    private Optional<TableName> name(Partition partition) {
        try (Connection connection = route.source().open();
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.oid = ?::oid
                        """)) {
            statement.setString(1, partition.oid());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next()
                        ? Optional.of(new TableName(rows.getString(1), rows.getString(2)))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("Partition " + partition.name() + " could not be found", e);
        }
    }

    private static SyncException emptied(TableName root, List<String> different) {
        return new SyncException(
                FaultKind.DIFFERENCE,
                "Rows of table " + root + " were removed or added without being sent: " + String.join(", ", different)
                        + ". PostgreSQL does not send a TRUNCATE of a single partition, nor the rows of one that is attached.",
                "Make the same change at the destination and run again, or run with --resnapshot " + root + ".");
    }
}
