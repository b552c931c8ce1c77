package org.dtssync.app.structure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StoredObject;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;

/**
 * Creates the objects of the list at the destination in transactions that also record them as done: those that take little time together with their
 * neighbors, all others each in its own, those of the largest tables first.
 *
 * <p>A refused object does not stop the others. Refused ones are retried as long as that makes progress, since they may
 * depend on each other. Safe to run again: what is done is skipped. Not thread-safe.
 */
public final class StructureApplier {

    private static final int NAMED_FAILURES = 5;
    private static final int ONE_BY_ONE = -1;

    private static final Set<String> KEYS = Set.of("primary-key", "unique", "exclusion", "index");

    private static final Set<String> ATTACHED = Set.of("attached-index");

    /** Kinds of keys and post-data that are created in parallel for different tables, neighbors in the list at a time. All others are created one by one. */
    private static final List<Set<String>> PARALLEL_WAVES =
            List.of(KEYS, Set.of("attached-index"), Set.of("check"), Set.of("foreign-key"));

    private final StructureObjectStore store;
    private final int workers;
    private final ObjectMaker maker;

    /**
     * Creates an applier; opens nothing yet.
     *
     * @param destination the database to create the objects in
     * @param store the task's list, saved before
     * @param epoch the right to write
     * @param existing how existing objects count: as failed, or as done
     * @param workers how many connections build keys and post-data in parallel
     * @param listener notified of each object
     */
    public StructureApplier(
            DatabaseConnections destination,
            StructureObjectStore store,
            Epoch epoch,
            Existing existing,
            int workers,
            StructureListener listener) {
        this.store = store;
        this.workers = workers;
        this.maker = new ObjectMaker(destination, store, epoch, existing, listener);
    }

    /** Creates all objects of one section but the late ones; the sections before it are done. */
    public void apply(Section section) {
        List<StructureObject> before = List.of();
        List<StoredObject> open = open(section);
        while (!open.isEmpty() && !objects(open).equals(before)) {
            before = objects(open);
            pass(section, open);
            open = open(section);
        }
        if (!open.isEmpty()) {
            throw failure(section, open);
        }
    }

    /** Neighbors in the list that may be created in parallel are; all others one by one. */
    private void pass(Section section, List<StoredObject> open) {
        List<StoredObject> wave = new ArrayList<>();
        for (StoredObject next : open) {
            if (!wave.isEmpty() && waveOf(section, next) != waveOf(section, wave.get(0))) {
                run(section, wave);
                wave.clear();
            }
            wave.add(next);
        }
        run(section, wave);
    }

    private static int waveOf(Section section, StoredObject object) {
        for (int i = 0; section != Section.PRE_DATA && i < PARALLEL_WAVES.size(); i++) {
            if (PARALLEL_WAVES.get(i).contains(object.object().kind())) {
                return i;
            }
        }
        return ONE_BY_ONE;
    }

    private void run(Section section, List<StoredObject> wave) {
        if (!wave.isEmpty()) {
            int number = waveOf(section, wave.get(0));
            // In parallel, two attachments of one tree could each miss that the other completes it.
            boolean parallel =
                    number != ONE_BY_ONE && !PARALLEL_WAVES.get(number).equals(ATTACHED);
            if (number == ONE_BY_ONE) {
                new ObjectWave(maker, wave, maker::mayShare).run(1);
                return;
            }
            TableSizes sizes = maker.sizes();
            // The last index to be built should not be the one that takes longest, with all other workers idle.
            List<StoredObject> ordered = wave.stream()
                    .sorted(sizes.largestFirst(stored -> stored.object().tables()))
                    .toList();
            new ObjectWave(
                            maker,
                            parallel ? ordered : wave,
                            stored -> maker.mayShare(stored)
                                    && sizes.areSmall(stored.object().tables()))
                    .run(parallel ? workers : 1);
        }
    }

    private List<StoredObject> open(Section section) {
        Set<ObjectState> states = EnumSet.of(ObjectState.PENDING, ObjectState.FAILED);
        return store.list().stream()
                .filter(stored -> stored.object().section() == section && states.contains(stored.state()))
                .filter(stored -> !LateObjects.isLate(stored.object()))
                .toList();
    }

    private static List<StructureObject> objects(List<StoredObject> open) {
        return open.stream().map(StoredObject::object).toList();
    }

    private static SyncException failure(Section section, List<StoredObject> failed) {
        String named = failed.stream()
                .sorted(Comparator.comparing(stored -> stored.error().isEmpty()))
                .limit(NAMED_FAILURES)
                .map(stored -> stored.object().name() + " (" + stored.error().orElse("not tried") + ")")
                .collect(Collectors.joining("; "));
        String more = failed.size() > NAMED_FAILURES ? "; and " + (failed.size() - NAMED_FAILURES) + " more" : "";
        String first = failed.stream()
                .filter(stored -> stored.error().isPresent())
                .findFirst()
                .orElse(failed.get(0))
                .object()
                .name();
        return new SyncException(
                FaultKind.DATA,
                failed.size() + " object(s) of the " + section.label()
                        + " section could not be created at the destination: " + named + more + ".",
                "See the SQL with dts-sync structure show TASK.yaml '" + first
                        + "', correct it with dts-sync structure set TASK.yaml '"
                        + first + "' FILE or skip it with dts-sync structure skip TASK.yaml '" + first
                        + "', then run again.");
    }
}
