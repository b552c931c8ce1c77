package org.dtssync.app.tasks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.drift.AppliedMark;
import org.dtssync.app.drift.ShapeCheck;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.moving.SequenceGates;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.moving.SwitchPreconditions;
import org.dtssync.app.pipeline.Mirrors;
import org.dtssync.app.pipeline.ReverseTopics;
import org.dtssync.app.pipeline.StructureGates;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.sequences.TaskSequences;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.Verifications;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Checks within seconds whether applications could be moved now, with or without an active run. Changes nothing, compares no rows.
 *
 * @param file the task file
 * @param kind which way
 * @param oneWay whether nothing is to flow back afterwards
 */
record Preconditions(TaskFile file, SwitchKind kind, boolean oneWay) {

    private static final String PHASE = "phase";

    PreconditionsReport check() {
        TaskStatus status = TaskStatus.readLag(file);
        Phase phase = status.progress().phase();
        Phase needed = kind == SwitchKind.SWITCHOVER ? Phase.INCREMENTAL : Phase.REVERSE;
        List<Gate> gates = new ArrayList<>();
        gates.add(phase(status, needed));
        boolean begun = status.begun() && phase.isAfter(Phase.PREPARE);
        boolean reachable =
                kind == SwitchKind.SWITCHOVER ? begun && !phase.isAfter(Phase.INCREMENTAL) : phase == needed;
        if (reachable) {
            gates.add(run(status));
            if (phase == needed) {
                gates.add(lag(status));
                gates.add(structure());
                gates.add(verification());
            }
            gates.addAll(SequenceGates.check(sequences()));
            if (phase == needed) {
                gates.addAll(new StructureGates(file, kind).gates());
            }
            if (kind == SwitchKind.SWITCHOVER) {
                gates.add(mirror());
            }
            gates.addAll(SwitchPreconditions.of(kind, file.switchover(), Route.forReading(file))
                    .check(!oneWay));
            if (kind == SwitchKind.SWITCHOVER && !oneWay) {
                gates.addAll(new ReverseTopics(file).gates());
            }
        }
        return new PreconditionsReport(label(), gates);
    }

    private String label() {
        return kind == SwitchKind.SWITCHOVER ? "switchover" : "rollback";
    }

    private Gate phase(TaskStatus status, Phase needed) {
        Phase phase = status.progress().phase();
        String where = "Task " + file.name()
                + (status.begun() ? " is in phase " + phase.label() + "." : " has not been started.");
        if (phase == needed) {
            return Gate.pass(PHASE, Gate.Group.REPLICATION, where);
        }
        String remedy;
        if (phase.isOver()) {
            remedy = "The only command left is dts-sync release.";
        } else if (phase == Phase.SWITCHOVER || phase == Phase.ROLLBACK) {
            remedy = "Applications are being moved; wait for the end.";
        } else if (kind == SwitchKind.ROLLBACK || phase == Phase.REVERSE) {
            remedy = "The applications are already where " + label() + " would take them.";
        } else {
            remedy = "Run dts-sync run until the task is in phase " + needed.label() + ".";
        }
        return Gate.fail(PHASE, Gate.Group.REPLICATION, where, remedy);
    }

    private Gate run(TaskStatus status) {
        return status.running()
                ? Gate.pass("run", Gate.Group.REPLICATION, "A run is active.")
                : Gate.warn(
                        "run",
                        Gate.Group.REPLICATION,
                        "No run is active, so the " + label() + " would first resume the task and catch up.",
                        "Start dts-sync run.");
    }

    private Gate lag(TaskStatus status) {
        long limit = file.switchover().maximumLag().toMillis();
        if (status.lagMillis().isEmpty()) {
            return Gate.fail(
                    "lag",
                    Gate.Group.REPLICATION,
                    "The lag is not known, since a database cannot be reached.",
                    "See dts-sync status.");
        }
        long millis = status.lagMillis().get();
        Gate gate = millis <= limit
                ? Gate.pass("lag", Gate.Group.REPLICATION, "The lag is below switchover.max.lag.")
                : Gate.fail(
                        "lag",
                        Gate.Group.REPLICATION,
                        "The lag is above switchover.max.lag.",
                        "Wait until it is lower, or see dts-sync status for an error.");
        return gate.measured(millis, limit, "ms");
    }

    private Gate structure() {
        String id = "structure";
        Route task = Route.forReading(file);
        Route from = kind == SwitchKind.SWITCHOVER ? task : task.reversed();
        try {
            ProgressStore progress = new ProgressStore(from.destination(), from.task());
            new ShapeCheck(
                            from,
                            file.objects(),
                            new AppliedMark(),
                            () -> progress.ddlMode().carries())
                    .check();
            return Gate.pass(
                    id,
                    Gate.Group.REPLICATION,
                    "The schema of the " + from.source().role() + " is as the task knows it.");
        } catch (SyncException e) {
            if (e.kind() == FaultKind.CONNECTION) {
                throw e;
            }
            return Gate.fail(id, Gate.Group.REPLICATION, e.what(), e.remedy());
        }
    }

    private TaskSequences sequences() {
        Route task = Route.forReading(file);
        return TaskSequences.of(kind == SwitchKind.SWITCHOVER ? task : task.reversed(), task, file.objects());
    }

    /** None is needed beforehand: a switch without a fresh one compares by itself. */
    private Gate verification() {
        String id = "verification";
        Duration maximumAge = file.switchover().maximumVerificationAge();
        Route task = Route.forReading(file);
        Route from = kind == SwitchKind.SWITCHOVER ? task : task.reversed();
        Optional<Verifications.Verified> fresh = new Verifications(from.destination(), from.task()).fresh(maximumAge);
        return fresh.map(verified -> Gate.pass(
                        id, Gate.Group.REPLICATION, "Both databases were equal, verified at " + verified.at() + "."))
                .orElseGet(() -> Gate.warn(
                        id,
                        Gate.Group.REPLICATION,
                        "No verification of the last " + maximumAge.toMinutes() + " minutes can be reused, so the "
                                + label() + " compares all rows first.",
                        "Run dts-sync verify beforehand."));
    }

    private Gate mirror() {
        try {
            Mirrors.requireNone(file, "Repoint applications manually.");
            return Gate.pass("mirror", Gate.Group.REPLICATION, "No other task replicates in the opposite direction.");
        } catch (SyncException e) {
            return Gate.fail("mirror", Gate.Group.REPLICATION, e.what(), e.remedy());
        }
    }
}
