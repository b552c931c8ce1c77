package org.dtssync.app.structure;

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
 * Makes the objects of the list at the destination, each in a transaction of its own that also records it as done.
 *
 * <p>A refused object does not stop the others. Refused ones are tried again as long as that gets any further, since they may
 * have been waiting for each other. Safe to run again: what is done is left alone. Not thread-safe.
 */
public final class StructureApplier {

    private static final int NAMED_FAILURES = 5;

    private static final Set<String> KEYS = Set.of("primary-key", "unique", "exclusion", "index");

    private static final Set<String> ATTACHED = Set.of("attached-index");

    /** Kinds of keys and post-data that are made side by side for different tables, wave after wave. All else comes one by one. */
    private static final List<Set<String>> PARALLEL_WAVES =
            List.of(KEYS, Set.of("attached-index"), Set.of("check"), Set.of("foreign-key"));

    private final StructureObjectStore store;
    private final int workers;
    private final ObjectMaker maker;

    /**
     * Creates an applier; opens nothing yet.
     *
     * @param destination the database the objects are made in
     * @param store the task's list, saved before
     * @param epoch the right to write
     * @param existing what becomes of objects that exist already: a failure, or done
     * @param workers how many connections build keys and post-data side by side
     * @param listener is told of each object
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

    /** Makes all of one section; those before it are made. */
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

    private void pass(Section section, List<StoredObject> open) {
        List<StoredObject> rest = open;
        if (section != Section.PRE_DATA) {
            for (Set<String> kinds : PARALLEL_WAVES) {
                // Side by side, two attachments of one tree could each miss that the other completes it.
                new ObjectWave(maker, ofKinds(rest, kinds, true)).run(kinds.equals(ATTACHED) ? 1 : workers);
                rest = ofKinds(rest, kinds, false);
            }
        }
        new ObjectWave(maker, rest).run(1);
    }

    private List<StoredObject> open(Section section) {
        Set<ObjectState> states = EnumSet.of(ObjectState.PENDING, ObjectState.FAILED);
        return store.list().stream()
                .filter(stored -> stored.object().section() == section && states.contains(stored.state()))
                .toList();
    }

    private static List<StructureObject> objects(List<StoredObject> open) {
        return open.stream().map(StoredObject::object).toList();
    }

    private static List<StoredObject> ofKinds(List<StoredObject> objects, Set<String> kinds, boolean wanted) {
        return objects.stream()
                .filter(stored -> kinds.contains(stored.object().kind()) == wanted)
                .toList();
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
                        + " structure could not be made at the destination: " + named + more + ".",
                "See the SQL with dts-sync structure show TASK.yaml '" + first
                        + "', correct it with dts-sync structure set TASK.yaml '"
                        + first + "' FILE or leave it out with dts-sync structure skip TASK.yaml '" + first
                        + "', then run again.");
    }
}
