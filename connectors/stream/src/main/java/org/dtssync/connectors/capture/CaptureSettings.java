package org.dtssync.connectors.capture;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * What a capture is told.
 *
 * @param task the task's name
 * @param source the database whose WAL is read
 * @param slot the replication slot
 * @param publication the publication
 * @param applicationName of its sessions at the source
 * @param tables every captured table, our own heartbeat among them
 * @param kafka client properties with {@code bootstrap.servers}
 * @param topics how missing topics are created
 * @param limits when a cut is closed
 * @param mirrored the task in the other direction, whose own transactions at this source are left out; empty if there is none
 */
public record CaptureSettings(
        String task,
        DatabaseSettings source,
        String slot,
        String publication,
        String applicationName,
        List<CapturedTable> tables,
        Map<String, String> kafka,
        Topics topics,
        Limits limits,
        Optional<String> mirrored) {

    /** Copies the collections. */
    public CaptureSettings {
        tables = List.copyOf(tables);
        kafka = Map.copyOf(kafka);
    }

    /** A capture that mirrors no other task. */
    public CaptureSettings(
            String task,
            DatabaseSettings source,
            String slot,
            String publication,
            String applicationName,
            List<CapturedTable> tables,
            Map<String, String> kafka,
            Topics topics,
            Limits limits) {
        this(task, source, slot, publication, applicationName, tables, kafka, topics, limits, Optional.empty());
    }

    /** Leaves out properties, which may hold secrets. */
    @Override
    public String toString() {
        return "CaptureSettings[task=" + task + ", slot=" + slot + ", tables=" + tables.size() + "]";
    }

    /**
     * How missing topics are created.
     *
     * @param replicationFactor copies of each partition
     * @param retentionMillis how long records of tables are kept, in milliseconds; -1 is for ever
     * @param config further topic properties
     */
    public record Topics(int replicationFactor, long retentionMillis, Map<String, String> config) {
        /** Copies the properties. */
        public Topics {
            config = Map.copyOf(config);
        }
    }

    /**
     * When a cut is closed although more transactions wait, and when a transaction goes out in several pieces.
     *
     * @param cutChanges changes after which a cut is closed
     * @param cutBytes serialized bytes after which a cut is closed
     */
    public record Limits(int cutChanges, long cutBytes) {
        /** What is used unless a test wants other limits. */
        public static final Limits DEFAULT = new Limits(25_000, 20L << 20);
    }
}
