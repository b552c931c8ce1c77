package org.dtssync.app.state;

import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * A table of a task as its destination has it.
 *
 * @param table its name
 * @param state how far it is
 * @param keyColumns the replica identity's columns; empty if it has no key
 * @param shape what it is captured with; empty if it no longer belongs to the task
 */
public record FollowedTable(
        TableName table, TableState state, Optional<List<String>> keyColumns, Optional<RecordedShape> shape) {

    /** Copies the list. */
    public FollowedTable {
        keyColumns = keyColumns.map(List::copyOf);
    }

    /** Returns whether its changes are applied. */
    public boolean isFollowed() {
        return state != TableState.SKIPPED && shape.isPresent();
    }
}
