package org.dtssync.app.moving;

import org.dtssync.app.state.SwitchoverSteps;

/**
 * How applications are moved.
 *
 * @param dryRun only check the preconditions and compare
 * @param rehearse close the database and open it again, without moving anything
 * @param skipVerify do not verify both databases first
 * @param ignoreStructure move them although objects are missing, or sequences count in another way
 * @param oneWay move them for good: the database that is left does not follow, and no rollback is possible
 */
public record SwitchOptions(
        boolean dryRun, boolean rehearse, boolean skipVerify, boolean ignoreStructure, boolean oneWay) {

    /** Returns what kind of attempt they ask for. */
    SwitchoverSteps.Kind attempt() {
        if (dryRun) {
            return SwitchoverSteps.Kind.DRY_RUN;
        }
        return rehearse ? SwitchoverSteps.Kind.REHEARSAL : SwitchoverSteps.Kind.MOVE;
    }
}
