package org.dtssync.app.moving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.drift.StructureWatch;
import org.dtssync.app.progress.Verifications;
import org.dtssync.app.stream.Direction;
import org.dtssync.app.task.Retry;
import org.dtssync.app.task.TaskParts;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * What is asked before applications are moved: whether everything for it is there, and whether both databases are equal. Changes
 * nothing. Used in the task's main thread.
 *
 * @param kind which way they are moved
 * @param task the task as its file says
 * @param from the direction they are moved along
 * @param endpoint where they connect to
 * @param writable whether the other database must be writable already, and not only once a read-only default of ours is lifted
 */
public record SwitchReadiness(SwitchKind kind, TaskParts task, TaskParts from, Endpoint endpoint, boolean writable) {

    /** Everything that stands in the way is reported at once. */
    Void gates(Direction active) throws InterruptedException {
        List<Gate> failed = new ArrayList<>();
        SyncException structure = problem(() -> new StructureWatch(from, active.applied()).look(), "structure", failed);
        failed.addAll(Gate.failed(SwitchPreconditions.gates(task, from, endpoint, active.tables(), writable)));
        SyncException lag = problem(
                () -> active.heartbeat().awaitApplied(task.task().switchover().maximumLag()), "lag", failed);
        if (lag != null && kind == SwitchKind.ROLLBACK) {
            failed.add(Gate.fail(
                    "lag",
                    Gate.Group.REPLICATION,
                    "Not at the source: " + Undrained.of(from).phrase() + ".",
                    "dts-sync rollback --abandon goes back without it."));
        }
        if (failed.size() == 1 && structure != null) {
            throw structure;
        }
        if (!failed.isEmpty()) {
            throw new SyncException(FaultKind.PRECHECK, Gate.sentences(failed), "");
        }
        return null;
    }

    /** Returns what failed, if it concerns the databases and not a lost connection. */
    private static SyncException problem(Retry.Action look, String id, List<Gate> failed) throws InterruptedException {
        try {
            look.run();
            return null;
        } catch (SyncException e) {
            if (e.kind() != FaultKind.STRUCTURE_CHANGED && e.kind() != FaultKind.TRANSIENT) {
                throw e;
            }
            failed.add(Gate.fail(id, Gate.Group.REPLICATION, e.what(), e.remedy()));
            return e;
        }
    }

    /** How it is known that both databases are equal: by a comparison now, by an earlier one, or not. */
    record Checked(String word, String at) {
        static final Checked SKIPPED = new Checked("skipped", null);
        static final Checked NOW = new Checked("equal", null);
    }

    Checked verify(Direction active) throws InterruptedException {
        Duration maximumAge = task.task().switchover().maximumVerificationAge();
        Optional<Verifications.Verified> fresh = active.comparison().fresh(maximumAge);
        if (fresh.isPresent()) {
            return new Checked("reused", fresh.get().at());
        }
        VerifyReport report = active.comparison().run(maximumAge);
        if (!report.equal()) {
            throw new SyncException(
                    FaultKind.DIFFERENCE,
                    "The databases differ, so nothing was moved.",
                    "Run dts-sync verify to see where.");
        }
        return Checked.NOW;
    }
}
