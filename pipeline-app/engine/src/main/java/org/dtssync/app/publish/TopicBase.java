package org.dtssync.app.publish;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.base.BaseCut;
import org.dtssync.connectors.postgres.TableName;

/**
 * A base in topics.
 *
 * @param task the task
 * @param cut what it is exact at
 * @param tables its tables
 * @param marker the topic with the record that says that it is complete
 * @param deleted how many topics of earlier bases were deleted
 */
public record TopicBase(String task, BaseCut cut, List<Table> tables, String marker, int deleted) {

    /** Copies the list. */
    public TopicBase {
        tables = List.copyOf(tables);
    }

    /**
     * One table.
     *
     * @param table its name
     * @param topic the topic with its rows
     * @param first offset of the first one
     * @param end offset behind the last one
     * @param rows how many there are
     * @param changes where the changes that follow are; empty if the table has no topic of changes yet
     */
    public record Table(TableName table, String topic, long first, long end, long rows, Optional<Place> changes) {}

    /**
     * A place in a topic of changes.
     *
     * @param topic the topic
     * @param offset of the first record that is not in the base
     */
    public record Place(String topic, long offset) {}

    /** Returns how many rows there are. */
    public long rows() {
        return tables.stream().mapToLong(Table::rows).sum();
    }
}
