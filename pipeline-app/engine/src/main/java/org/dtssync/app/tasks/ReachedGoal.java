package org.dtssync.app.tasks;

import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.pipeline.RunGoal;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.Phase;

/** What is said at the end of a run that had a goal: where the task is, what comes next, and what waits for it. Stateless. */
final class ReachedGoal {

    private ReachedGoal() {}

    static Optional<String> sentences(TaskFile file, RunGoal goal) {
        if (goal == RunGoal.NONE) {
            return Optional.empty();
        }
        Phase phase = TaskStatus.readLag(file).progress().phase();
        if (phase.isOver()) {
            return Optional.of("Task " + file.name() + " has ended, in phase " + phase.label()
                    + ", so there was nothing to run. The only command left is dts-sync release.");
        }
        Route route = Route.forReading(file);
        Route active = phase == Phase.REVERSE ? route.reversed() : route;
        return Optional.of("Reached " + goal.label() + ": " + state(goal, active) + " " + next(goal, phase)
                + " Until then slot " + active.name().slot() + " retains WAL at the "
                + active.source().role().label() + ".");
    }

    private static String state(RunGoal goal, Route active) {
        return switch (goal) {
            case SCHEMA -> "tables, types and functions exist at the destination; no row is copied yet.";
            case SNAPSHOT -> "the existing rows are copied; later changes are in the topics, not applied yet.";
            default ->
                "the " + active.destination().role().label() + " has everything that was committed at the "
                        + active.source().role().label() + " a moment ago.";
        };
    }

    private static String next(RunGoal goal, Phase phase) {
        if (goal == RunGoal.SCHEMA || goal == RunGoal.SNAPSHOT) {
            return "dts-sync run TASK.yaml resumes from here.";
        }
        return phase == Phase.REVERSE
                ? "dts-sync run TASK.yaml continues to replicate; then dts-sync complete or dts-sync rollback."
                : "dts-sync run TASK.yaml continues to replicate; then dts-sync switchover.";
    }
}
