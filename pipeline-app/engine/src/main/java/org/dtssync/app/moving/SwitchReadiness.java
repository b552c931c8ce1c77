package org.dtssync.app.moving;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.sequences.SequencePair;
import org.dtssync.app.sequences.TaskSequences;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * The checks before applications are moved: whether all preconditions are met, and whether both databases are equal. Changes
 * nothing. Used in the task's main thread.
 *
 * @param kind the direction of the move
 * @param settings how they are moved
 * @param applicationName of our own sessions
 * @param from the direction they are moved along
 * @param endpoint where they connect to
 * @param sequences those of this direction
 * @param objects checks what applications would miss at the other database
 * @param reverse checks what reverse replication needs of other servers than the databases
 * @param writable whether the other database must be writable already, and not only once our own read-only default is removed
 */
public record SwitchReadiness(
        SwitchKind kind,
        SwitchoverSettings settings,
        String applicationName,
        Route from,
        Endpoint endpoint,
        TaskSequences sequences,
        Supplier<List<Gate>> objects,
        Supplier<List<Gate>> reverse,
        boolean writable) {

    /** Everything that stands in the way is reported at once. */
    Void gates(MovingStream active, SwitchOptions options) throws InterruptedException {
        List<Gate> failed = new ArrayList<>();
        SyncException structure = problem(active::requireUnchangedStructure, "structure", failed);
        // Before objects are compared: what a carried command makes may be on its way.
        SyncException lag = problem(() -> active.awaitApplied(settings.maximumLag()), "lag", failed);
        failed.addAll(Gate.failed(new SwitchPreconditions(settings, applicationName, from, endpoint, writable)
                .check(active.tables(), !options.oneWay())));
        if (!options.oneWay()) {
            failed.addAll(Gate.failed(reverse.get()));
        }
        if (!options.ignoreStructure()) {
            failed.addAll(sequenceGates());
            failed.addAll(Gate.failed(objects.get()));
        }
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

    /** Sequences that would not be set, or would count in another way; with how to move without them, said once. */
    private List<Gate> sequenceGates() {
        List<Gate> failed = new ArrayList<>(Gate.failed(SequenceGates.check(sequences)));
        if (!failed.isEmpty()) {
            Gate last = failed.remove(failed.size() - 1);
            failed.add(Gate.fail(
                            last.id(),
                            last.group(),
                            last.message(),
                            (last.remedy() + " " + SequenceGates.OTHERWISE).strip())
                    .at(last.server(), last.sql()));
        }
        return failed;
    }

    /**
     * Requires once more, right before the database is closed, that every sequence would be set, and after a verification, which may have
     * taken hours, that every object is still there as it should be.
     *
     * @return which sequences will be set
     */
    List<SequencePair> again(boolean ignoreStructure, Checked verification) {
        if (!ignoreStructure) {
            List<Gate> failed = sequenceGates();
            if (verification.equals(Checked.NOW)) {
                failed.addAll(Gate.failed(objects.get()));
            }
            if (!failed.isEmpty()) {
                throw new SyncException(FaultKind.PRECHECK, Gate.sentences(failed), "");
            }
        }
        return sequences.survey().pairs();
    }

    /** Returns what failed, if it concerns the databases and not a lost connection. */
    private static @Nullable SyncException problem(Retry.Action look, String id, List<Gate> failed)
            throws InterruptedException {
        try {
            look.run();
            return null;
        } catch (SyncException e) {
            if (e.kind() != FaultKind.SHAPE_CHANGED && e.kind() != FaultKind.TRANSIENT) {
                throw e;
            }
            failed.add(Gate.fail(id, Gate.Group.REPLICATION, e.what(), e.remedy()));
            return e;
        }
    }

    /** How it is known that both databases are equal: by a verification now, by an earlier one, or not at all. */
    record Checked(String word, @Nullable String at) {
        static final Checked SKIPPED = new Checked("skipped", null);
        static final Checked NOW = new Checked("equal", null);
    }

    Checked verify(MovingStream active) throws InterruptedException {
        Duration maximumAge = settings.maximumVerificationAge();
        Optional<String> fresh = active.verifiedAt(maximumAge);
        if (fresh.isPresent()) {
            return new Checked("reused", fresh.get());
        }
        if (!active.verify(maximumAge)) {
            throw new SyncException(
                    FaultKind.DIFFERENCE,
                    "The databases differ, so nothing was moved.",
                    "Run dts-sync verify to see the differences.");
        }
        return Checked.NOW;
    }
}
