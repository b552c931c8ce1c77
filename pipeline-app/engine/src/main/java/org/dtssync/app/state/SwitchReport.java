package org.dtssync.app.state;

import java.util.List;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * The result of moving the applications.
 *
 * @param direction {@code switchover}, {@code rollback} or {@code complete}
 * @param moved whether they were moved; not in a rehearsal or a dry run
 * @param stallSeconds how long writes were blocked, in seconds, as measured
 * @param lsn the position, in the database that was left, up to which the other has everything
 * @param sequences how many sequences were set
 * @param verification the result of the verification, one word: equal, reused (an earlier one) or skipped
 * @param verifiedAt when a reused verification started, ISO 8601; null otherwise
 * @param endpoint whether applications were repointed
 * @param applications where applications are and who moved them, a phrase; empty if nothing was to be moved
 * @param steps how long each step took, in order; empty if nothing was measured
 * @param next what to do next, a sentence
 */
public record SwitchReport(
        String direction,
        boolean moved,
        double stallSeconds,
        @Nullable String lsn,
        int sequences,
        String verification,
        @Nullable String verifiedAt,
        EndpointResult endpoint,
        String applications,
        List<StepTime> steps,
        String next) {

    /** Copies the steps. */
    public SwitchReport {
        steps = List.copyOf(steps);
    }

    /** What follows a switchover. */
    public static final String FOLLOWED =
            "Keep dts-sync run active: the source follows. Then dts-sync complete, or dts-sync rollback.";

    /** What follows a switchover without a way back. */
    public static final String ONE_WAY =
            "They were moved one way: the source does not follow and stays read-only, and no rollback is possible. dts-sync release"
                    + " removes the rest of the task.";

    /** Returns the report of a rehearsal or a dry run. */
    public static SwitchReport notMoved(
            String direction,
            double seconds,
            @Nullable Lsn lsn,
            String verification,
            @Nullable String verifiedAt,
            List<StepTime> steps,
            String next) {
        return new SwitchReport(
                direction,
                false,
                seconds,
                lsn == null ? null : lsn.toString(),
                0,
                verification,
                verifiedAt,
                EndpointResult.UNTOUCHED,
                "",
                steps,
                next);
    }

    /** Returns the report of a task whose reverse replication has ended. */
    public static SwitchReport completed() {
        return ended(
                "complete",
                EndpointResult.UNTOUCHED,
                "",
                "The source no longer follows and stays read-only. dts-sync release removes the rest of the task.");
    }

    /**
     * Returns the report of a task that was abandoned before.
     *
     * @param endpoint whether applications were repointed to the source
     */
    public static SwitchReport abandoned(EndpointResult endpoint) {
        return ended(
                "rollback",
                endpoint,
                "",
                "The applications were already moved back, and the task has ended: save what you need from the destination, then"
                        + " dts-sync release.");
    }

    /**
     * Returns the report of a switchover that was carried out one way before.
     *
     * @param endpoint whether applications were repointed to the destination
     * @param applications where they are, a phrase
     */
    public static SwitchReport movedOneWay(EndpointResult endpoint, String applications) {
        String repointed = endpoint == EndpointResult.FAILED
                ? "Applications were not repointed this time either: the log says why. Run the same command again once that is"
                        + " corrected. "
                : "The applications were already moved. ";
        return ended("switchover", endpoint, applications, repointed + ONE_WAY);
    }

    /** Returns the report of what was carried out before, of which nothing was measured. */
    public static SwitchReport ended(String direction, EndpointResult endpoint, String applications, String next) {
        return new SwitchReport(direction, true, 0, null, 0, "skipped", null, endpoint, applications, List.of(), next);
    }
}
