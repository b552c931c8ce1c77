package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.StoredObject;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects that act only at a destination that is open for applications: checks that depend on the time or on other tables, and event
 * triggers. While the destination follows, they could refuse rows that the source accepted, or act on what dts-sync does.
 *
 * <p>They never hold a task up: one that cannot be made is recorded as failed. Not thread-safe.
 */
public final class LateObjects {

    private static final Logger LOG = LoggerFactory.getLogger(LateObjects.class);
    private static final String PREFIX = "late-";
    private static final String REFRESH = PREFIX + "refresh";

    private final DatabaseConnections destination;
    private final StructureObjectStore store;
    private final Epoch epoch;

    /**
     * Creates them; opens nothing yet.
     *
     * @param destination the database that the task moves to
     * @param store the task's list
     * @param epoch the right to write there
     */
    public LateObjects(DatabaseConnections destination, StructureObjectStore store, Epoch epoch) {
        this.destination = destination;
        this.store = store;
        this.epoch = epoch;
    }

    /** Returns whether an object waits until the destination is open for applications. */
    public static boolean isLate(StructureObject object) {
        return object.kind().startsWith(PREFIX);
    }

    /** Returns what a kind is called in names. */
    static String nameOf(String kind) {
        return kind.startsWith(PREFIX) ? kind.substring(PREFIX.length()) : kind;
    }

    /** Makes those that are not made yet: applications use the destination now. */
    public void make() {
        List<StoredObject> open = late(EnumSet.of(ObjectState.PENDING, ObjectState.FAILED));
        if (open.isEmpty()) {
            return;
        }
        ObjectMaker maker = new ObjectMaker(destination, store, epoch, Existing.FAIL, (object, state, seconds) -> {
            if (state == ObjectState.FAILED) {
                LOG.warn(
                        "An object could not be made after the switchover. See dts-sync structure show. object={}",
                        object.name());
            }
        });
        try (Connection connection = maker.open()) {
            for (StoredObject stored : open) {
                maker.make(connection, stored);
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The destination closed a connection", e);
        }
    }

    /** Takes back those that were made: the destination follows again. */
    public void withdraw() {
        for (StoredObject stored : late(EnumSet.of(ObjectState.DONE))) {
            destination.doInTransaction(stored.object().name() + " could not be withdrawn", connection -> {
                epoch.hold(connection);
                Optional<String> withdrawal = Withdrawal.of(stored.object().statement());
                if (withdrawal.isPresent()) {
                    try (Statement statement = connection.createStatement()) {
                        statement.setEscapeProcessing(false);
                        statement.execute(withdrawal.get());
                    }
                }
                store.record(connection, stored.object(), ObjectState.PENDING, null);
            });
        }
    }

    private List<StoredObject> late(Set<ObjectState> states) {
        return store.list().stream()
                .filter(stored ->
                        isLate(stored.object()) && !stored.object().kind().equals(REFRESH))
                .filter(stored -> states.contains(stored.state()))
                .toList();
    }
}
