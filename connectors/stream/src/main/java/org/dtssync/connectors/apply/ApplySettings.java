package org.dtssync.connectors.apply;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.ReadPurpose;
import org.dtssync.connectors.read.ReadSettings;
import org.dtssync.schemas.TopicNames;

/**
 * The settings of an applier.
 *
 * @param names the topics that are read
 * @param kafka client properties with {@code bootstrap.servers}
 * @param cutsTopic Kafka's id of the cuts topic, if it is known
 * @param tables every table of the task, our own heartbeat among them
 * @param maximumChanges changes that go into one write; a cut with more is written in pieces within one transaction
 * @param maximumBytes bytes of records that go into one write
 */
public record ApplySettings(
        TopicNames names,
        Map<String, String> kafka,
        Optional<String> cutsTopic,
        List<AppliedTable> tables,
        int maximumChanges,
        long maximumBytes) {

    /** Default number of changes per write. */
    public static final int DEFAULT_CHANGES = 25_000;

    /** Default number of bytes per write. */
    public static final long DEFAULT_BYTES = 32L << 20;

    /** Copies the collections. */
    public ApplySettings {
        kafka = Map.copyOf(kafka);
        tables = List.copyOf(tables);
    }

    /** Returns which topics are read. */
    ReadSettings reading() {
        return new ReadSettings(names, kafka, cutsTopic, ReadPurpose.APPLY);
    }

    /**
     * A table that changes are applied to.
     *
     * @param table its name
     * @param keyColumns its replica identity's columns; empty if it has no key
     * @param visible the snapshot it was copied with, if it was copied under a single one
     * @param earlier what changes may look like that were written before its shape changed
     * @param applyAfter changes that committed up to here are not applied: the table's copy is newer
     */
    public record AppliedTable(
            TableName table,
            List<String> keyColumns,
            Optional<VisibleSnapshot> visible,
            Optional<EarlierShape> earlier,
            Lsn applyAfter) {

        /** The {@link #applyAfter} of a table that no longer belongs to the task. */
        public static final Lsn NEVER = new Lsn(-1L);

        /** Copies the list. */
        public AppliedTable {
            keyColumns = List.copyOf(keyColumns);
        }

        /** A table whose shape never changed. */
        public AppliedTable(TableName table, List<String> keyColumns, Optional<VisibleSnapshot> visible) {
            this(table, keyColumns, visible, Optional.empty(), Lsn.ZERO);
        }

        /** Returns whether changes that committed at this position are left out. */
        boolean leavesOut(Lsn commit) {
            return applyAfter.reached(commit);
        }
    }

    /** Leaves out properties, which may hold secrets. */
    @Override
    public String toString() {
        return "ApplySettings[task=" + names.task() + ", tables=" + tables.size() + "]";
    }
}
