package org.dtssync.app.state;

import java.util.Optional;

/**
 * What people have decided about a command that changes the structure.
 *
 * @param allowed whether it may run
 * @param skipped whether it is left out
 * @param corrected the statement to run instead of its own
 */
public record DdlDecision(boolean allowed, boolean skipped, Optional<String> corrected) {

    /** Nobody has decided anything about a command that may run. */
    public static final DdlDecision NONE = new DdlDecision(true, false, Optional.empty());

    /** Returns whether the applier has to stop before it. */
    public boolean isHeld() {
        return !allowed && !skipped;
    }
}
