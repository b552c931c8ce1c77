package org.dtssync.app.replay;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.base.BaseCut;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * What base and changes make of the tables, compared with a database.
 *
 * @param task the task
 * @param base the cut of the base
 * @param baseDigest SHA-256 of the base's manifest
 * @param end as of which position
 * @param tables the tables that were compared
 * @param missing sentences that say what the topics do not have, so that not everything could be compared; empty if they have everything
 */
public record StateComparison(
        String task, BaseCut base, String baseDigest, Lsn end, List<Table> tables, Optional<String> missing) {

    /** Copies the list. */
    public StateComparison {
        tables = List.copyOf(tables);
    }

    /**
     * One table.
     *
     * @param table its name
     * @param rows how many rows base and changes give it
     * @param found how many the database has; empty if it has no such table with these columns
     * @param digest of the rows that base and changes give it
     * @param equal whether the rows are the same
     */
    public record Table(TableName table, long rows, Optional<Long> found, String digest, boolean equal) {}

    /** Returns the result in one word. */
    public String result() {
        if (!tables.stream().allMatch(Table::equal)) {
            return "different";
        }
        return missing.isPresent() ? "incomplete" : "equal";
    }

    /** Returns whether all tables are equal. */
    public boolean equal() {
        return missing.isEmpty() && tables.stream().allMatch(Table::equal);
    }
}
