package org.dtssync.app.moving;

import java.util.Arrays;
import java.util.List;
import org.dtssync.app.state.SwitchoverSteps;

/**
 * How applications are moved.
 *
 * @param dryRun only check the preconditions
 * @param rehearse close the database and open it again, without moving anything
 * @param skipVerify do not verify both databases first
 * @param abandon move back even if not all changes arrive
 */
public record SwitchOptions(boolean dryRun, boolean rehearse, boolean skipVerify, boolean abandon) {

    private static final String DRY_RUN = "--dry-run";
    private static final String REHEARSE = "--rehearse";
    private static final String SKIP_VERIFY = "--skip-verify";
    private static final String ABANDON = "--abandon";

    /** Reads what {@link #toString} wrote. */
    public static SwitchOptions parse(String text) {
        List<String> words = Arrays.asList(text.split(" "));
        return new SwitchOptions(
                words.contains(DRY_RUN),
                words.contains(REHEARSE),
                words.contains(SKIP_VERIFY),
                words.contains(ABANDON));
    }

    /** Returns what kind of attempt they ask for. */
    SwitchoverSteps.Kind attempt() {
        if (dryRun) {
            return SwitchoverSteps.Kind.DRY_RUN;
        }
        return rehearse ? SwitchoverSteps.Kind.REHEARSAL : SwitchoverSteps.Kind.MOVE;
    }

    /** Returns the options as on the command line. */
    @Override
    public String toString() {
        return ((dryRun ? DRY_RUN + " " : "")
                        + (rehearse ? REHEARSE + " " : "")
                        + (skipVerify ? SKIP_VERIFY + " " : "")
                        + (abandon ? ABANDON : ""))
                .strip();
    }
}
