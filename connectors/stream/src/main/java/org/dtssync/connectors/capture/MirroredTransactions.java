package org.dtssync.connectors.capture;

import java.util.Optional;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.schemas.StateMigrations;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes the transactions of the task in the opposite direction: their first change is its position row, which has its name
 * or names this task as the one it mirrors. Replicated back, they would loop forever.
 *
 * <p>Not thread-safe.
 */
final class MirroredTransactions {

    private static final String MIRROR_OF = "mirror_of";

    private final String task;
    private final Optional<String> mirrored;
    private final String positionTopic;
    private boolean begun;
    private boolean theirs;

    MirroredTransactions(TopicNames names, Optional<String> mirrored) {
        this.task = names.task();
        this.mirrored = mirrored;
        this.positionTopic = names.table(StateMigrations.SCHEMA, "apply_position");
    }

    /** The next transaction begins: called at the end of the one before, since not every stream contains BEGIN. */
    void begin() {
        begun = false;
        theirs = false;
    }

    /** Returns whether this change is ignored; a position row of any task always is. */
    boolean leavesOut(RowChange change) {
        boolean position = change.topic().equals(positionTopic);
        if (!begun) {
            begun = true;
            theirs = position && isTheirs(change.row());
        }
        return position || theirs;
    }

    private boolean isTheirs(@Nullable Struct row) {
        if (row == null) {
            return false;
        }
        boolean named = mirrored.isPresent() && mirrored.get().equals(row.getString("task"));
        return named || (row.schema().field(MIRROR_OF) != null && task.equals(row.getString(MIRROR_OF)));
    }
}
