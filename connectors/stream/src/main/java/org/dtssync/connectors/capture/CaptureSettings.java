package org.dtssync.connectors.capture;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.schemas.TopicForm;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;
import org.dtssync.schemas.TopicValues;

/**
 * The settings of a capture.
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
 * @param mirrored the task in the opposite direction, whose transactions at this source are ignored; empty if there is none
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

    /** Returns the names of the task's topics. */
    public TopicNames names() {
        return new TopicNames(task, topics.layout());
    }

    /** Returns the same with topics in another form. */
    public CaptureSettings withForm(TopicForm form) {
        return new CaptureSettings(
                task,
                source,
                slot,
                publication,
                applicationName,
                tables,
                kafka,
                topics.withForm(form),
                limits,
                mirrored);
    }

    /** Leaves out properties, which may hold secrets. */
    @Override
    public String toString() {
        return "CaptureSettings[task=" + task + ", slot=" + slot + ", tables=" + tables.size() + "]";
    }

    /**
     * How missing topics are created.
     *
     * @param replicationFactor replicas of each partition
     * @param retentionMillis how long records of tables are retained, in milliseconds; -1 means forever
     * @param config additional topic properties
     * @param tables those of one table
     * @param values how values are written
     * @param layout where the task's own topics are
     * @param extras what records have in addition
     */
    public record Topics(
            int replicationFactor,
            long retentionMillis,
            Map<String, String> config,
            TableConfig tables,
            TopicValues values,
            TopicNames.Layout layout,
            Extras extras) {

        /** Copies the properties. */
        public Topics {
            config = Map.copyOf(config);
        }

        /** Topics whose values are text. */
        public Topics(int replicationFactor, long retentionMillis, Map<String, String> config) {
            this(replicationFactor, retentionMillis, config, TopicValues.TEXT);
        }

        /** Topics of a task that begins. */
        public Topics(int replicationFactor, long retentionMillis, Map<String, String> config, TopicValues values) {
            this(
                    replicationFactor,
                    retentionMillis,
                    config,
                    TableConfig.NONE,
                    values,
                    TopicNames.Layout.APART,
                    Extras.NONE);
        }

        /** Returns what the task keeps of them. */
        public TopicForm form() {
            return new TopicForm(values, layout);
        }

        /** Returns the same in another form. */
        public Topics withForm(TopicForm form) {
            return new Topics(replicationFactor, retentionMillis, config, tables, form.values(), form.layout(), extras);
        }
    }

    /** Topic properties of one table. */
    @FunctionalInterface
    public interface TableConfig {
        /** No table has its own. */
        TableConfig NONE = table -> Map.of();

        /** Returns those of a table. */
        Map<String, String> of(TopicTable table);
    }

    /**
     * What other consumers want of the records, and dts-sync does not need.
     *
     * @param tombstones whether a record without a value follows each delete
     * @param transactions whether each record says where it is in its transaction
     * @param unsent whether values that the source did not send are read from it
     */
    public record Extras(boolean tombstones, boolean transactions, boolean unsent) {
        /** Nothing. */
        public static final Extras NONE = new Extras(false, false, false);
    }

    /**
     * When a cut is closed although more transactions wait, and when a transaction is sent in several pieces.
     *
     * @param cutChanges changes after which a cut is closed
     * @param cutBytes serialized bytes after which a cut is closed
     */
    public record Limits(int cutChanges, long cutBytes) {
        /** The default limits. */
        public static final Limits DEFAULT = new Limits(25_000, 20L << 20);
    }
}
