package org.dtssync.app.moving;

import org.dtssync.app.state.Phase;

/** Which way applications are moved. */
public enum SwitchKind {
    /** From the source to the destination. */
    SWITCHOVER(Phase.SWITCHOVER, Phase.INCREMENTAL, Phase.REVERSE, "switchover"),
    /** Back to the source. */
    ROLLBACK(Phase.ROLLBACK, Phase.REVERSE, Phase.INCREMENTAL, "rollback");

    private final Phase during;
    private final Phase before;
    private final Phase after;
    private final String label;

    SwitchKind(Phase during, Phase before, Phase after, String label) {
        this.during = during;
        this.before = before;
        this.after = after;
        this.label = label;
    }

    /** Returns the phase in which they are moved. */
    Phase during() {
        return during;
    }

    /** Returns the phase in which it begins, and to which it is undone. */
    Phase before() {
        return before;
    }

    /** Returns the phase that follows. */
    Phase after() {
        return after;
    }

    /** Returns the name of the command, under which steps are recorded. */
    String label() {
        return label;
    }
}
