package org.dtssync.app.config;

import java.util.Optional;
import org.dtssync.schemas.DdlMode;

/**
 * Section {@code ddl}: what happens when the structure of the source changes.
 *
 * @param choice of a task that begins
 * @param imageBytes the size of a table, in bytes, up to which the source sends the rows that a command has written itself
 * @param back what reverse replication after a switchover does, decided each time applications are moved
 * @param indexes when indexes are built that no row depends on
 */
public record DdlSettings(Choice choice, long imageBytes, Back back, Indexes indexes) {

    private static final long IMAGE_BYTES = 64L << 20;

    /** What the task file can say. */
    public enum Choice {
        /** Decided when the task begins: commands are carried if they can be recorded at the source. */
        AUTO,
        /** Mode {@link DdlMode#STOP}. */
        STOP,
        /** Mode {@link DdlMode#CARRY}. */
        CARRY,
        /** Mode {@link DdlMode#HOLD}. */
        HOLD;

        /** Returns the mode that the task file asks for; empty if it leaves the decision to the beginning of the task. */
        public Optional<DdlMode> mode() {
            return this == AUTO ? Optional.empty() : Optional.of(DdlMode.valueOf(name()));
        }
    }

    /** What the task file can say of reverse replication. */
    public enum Back {
        /** Mode {@link DdlMode#STOP}. */
        STOP,
        /** Mode {@link DdlMode#CARRY}. */
        CARRY
    }

    /** When an index is built. */
    public enum Indexes {
        /** Where its command stood among the rows, which wait. */
        INLINE,
        /** While the stream continues. */
        DEFERRED
    }

    /** Settings whose indexes are built where their commands stood. */
    public DdlSettings(Choice choice, long imageBytes, Back back) {
        this(choice, imageBytes, back, Indexes.INLINE);
    }

    /** Returns whether indexes are built while the stream continues. */
    public boolean defersIndexes() {
        return indexes == Indexes.DEFERRED;
    }

    /** Settings with the usual limit, for a task whose way back stops. */
    public DdlSettings(DdlMode mode) {
        this(Choice.valueOf(mode.name()), IMAGE_BYTES, Back.STOP);
    }

    /** What a task file without the section says. */
    public static final DdlSettings DEFAULT = new DdlSettings(Choice.AUTO, IMAGE_BYTES, Back.STOP);

    /** Returns the mode that the task file asks for; empty if it leaves the decision to the beginning of the task. */
    public Optional<DdlMode> mode() {
        return choice.mode();
    }

    /** Returns whether commands that applications run at the destination after a switchover are run at the source too. */
    public boolean carriesBack() {
        return back == Back.CARRY;
    }

    /** Returns the settings of reverse replication. */
    public DdlSettings ofTheWayBack() {
        return new DdlSettings(carriesBack() ? Choice.CARRY : Choice.STOP, imageBytes, back, indexes);
    }

    /** Returns why a task has the mode that it began with, as a phrase. */
    public String reason(DdlMode kept) {
        if (mode().isPresent()) {
            return mode().get() == kept ? "as the task file says" : "the task began with it, and keeps it";
        }
        return kept.carries()
                ? "event triggers could be made at the source when the task began"
                : "the account could make no event triggers at the source when the task began, or an earlier release began it";
    }
}
