package org.dtssync.app.control;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.ddl.IdentityGuard;
import org.dtssync.app.ddl.InterimKeys;
import org.dtssync.app.ddl.RecorderRemoval;
import org.dtssync.app.lease.InstanceLease;
import org.dtssync.app.moving.Endpoint;
import org.dtssync.app.moving.ReadOnlyGate;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.Publication;
import org.dtssync.app.source.StreamEnd;
import org.dtssync.app.state.HeartbeatStore;
import org.dtssync.app.state.InstanceStore;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.StateRemoval;
import org.dtssync.app.state.SwitchoverSteps;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.BrokerAddresses;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.schemas.TopicNames;

/**
 * Removes everything that belongs to a task, in any phase: slot, publication and heartbeat at the source, its state at the destination, and its
 * topics on request. Safe to run again. The user's tables and rows stay as they are.
 */
public final class Release {

    private static final String SCHEMA_BY_HAND = "DROP SCHEMA dts_sync CASCADE; if no other task uses this database.";

    private final TaskFile task;
    private final Route route;
    private final boolean reverse;
    private final ProgressStore progress;
    private final PatientRemoval patience;

    /** Creates a release of one task; opens nothing yet. */
    public Release(TaskFile task) {
        this(task, Route.of(task), false, new PatientRemoval(task.retry().other()));
    }

    private Release(TaskFile task, Route route, boolean reverse, PatientRemoval patience) {
        this.task = task;
        this.route = route;
        this.reverse = reverse;
        this.patience = patience;
        this.progress = new ProgressStore(route.destination(), route.task());
    }

    /** Removes everything, and leaves the database that the applications left read-only. */
    public List<String> run(boolean topics) throws InterruptedException {
        return run(topics, false);
    }

    /**
     * Removes everything.
     *
     * @param topics whether the topics are deleted too
     * @param writable whether a database that the applications left is made writable again
     * @return a past-tense line for each thing that was removed; empty if there was nothing
     */
    public List<String> run(boolean topics, boolean writable) throws InterruptedException {
        boolean known = progress.task().isPresent();
        progress.install();
        InstanceLease lease = InstanceLease.acquire(route, task.secondInstance());
        List<String> done = new ArrayList<>();
        try {
            if (!reverse && known) {
                releaseFences(writable, done);
                Failpoint.RELEASE_WRITABLE.reached();
                letGoOn(done);
                releaseReverse(topics, done);
            }
            releaseSource(done);
            Failpoint.RELEASE_SOURCE_RELEASED.reached();
            if (topics) {
                deleteTopics(done);
                Failpoint.RELEASE_TOPICS_DELETED.reached();
            }
        } finally {
            lease.close();
        }
        List<String> doneAtDestination = releaseDestination();
        if (known) {
            done.addAll(doneAtDestination);
        }
        return done;
    }

    /**
     * Removes the read-only gate that an interrupted switch left at the database that applications use. The other one stays read-only
     * by default: an application that still points there must not write to it unnoticed.
     */
    private void releaseFences(boolean writable, List<String> done) {
        boolean moved = progress.task().map(TaskProgress::phase).orElseThrow().isAtDestination();
        for (DatabaseConnections database : List.of(route.source(), route.destination())) {
            boolean left = moved == database.role().equals(route.source().role());
            ReadOnlyGate fence = new ReadOnlyGate(
                    database,
                    List.of(),
                    task.switchover().applicationRoles(),
                    route.task(),
                    route.name().applicationName());
            List<String> statements = fence.liftingStatements();
            if (statements.isEmpty()) {
                continue;
            }
            if (left && !writable) {
                fence.forget();
                done.add("Left the " + database.role() + " read-only for applications. To make it writable, run there:"
                        + " SET default_transaction_read_only = off; " + String.join(" ", statements));
            } else {
                fence.lift(null);
                done.add("Made the " + database.role() + " writable for applications.");
            }
        }
    }

    /** The opposite direction, which exists after a switchover. */
    private void releaseReverse(boolean topics, List<String> done) throws InterruptedException {
        Phase phase = progress.task().map(TaskProgress::phase).orElseThrow();
        if (phase.isAfter(Phase.INCREMENTAL) || hasReverse()) {
            done.addAll(new Release(task, route.reversed(), true, patience).run(topics));
        }
    }

    /** A kill in the middle of a switch, or right after it, may have left applications waiting. */
    private void letGoOn(List<String> done) throws InterruptedException {
        Phase phase = progress.task().map(TaskProgress::phase).orElseThrow();
        boolean forward = phase.isAtDestination();
        DatabaseConnections used = forward ? route.destination() : route.source();
        Endpoint endpoint = Endpoint.of(task.switchover(), used.settings(), forward);
        try {
            if (phase == Phase.SWITCHOVER || phase == Phase.ROLLBACK) {
                endpoint.stay();
            } else if (!(endpoint instanceof Endpoint.Unmoved) && isUnmoved(phase)) {
                endpoint.move();
                done.add(
                        "Repointed applications to the " + used.role() + ", which an interrupted switch had not done.");
            }
        } catch (SyncException e) {
            // The task must be removable even if its PgBouncer no longer exists.
            done.add("Applications may still wait: " + e.getMessage());
        }
    }

    private boolean isUnmoved(Phase phase) {
        SwitchoverSteps steps = new SwitchoverSteps(
                route.destination(), route.task(), phase.isAtDestination() ? "switchover" : "rollback");
        return (phase == Phase.ABANDONED || steps.isDone("open")) && !steps.isDone("endpoint");
    }

    /** Its epoch is created first, and may be all that a crash left. */
    private boolean hasReverse() {
        return new InstanceStore(route.source(), route.name().reverse().text()).wasHeld();
    }

    /** The slot goes first: it is what the source keeps WAL for. */
    private void releaseSource(List<String> done) throws InterruptedException {
        try (Connection connection = route.source().open()) {
            dropSlot(connection, done);
            Failpoint.RELEASE_SLOT_DROPPED.reached();
            String publication = route.name().publication();
            if (exists(connection, "SELECT 1 FROM pg_publication WHERE pubname = ?", publication)) {
                patience.run(
                        route.source(),
                        connection,
                        "Publication " + publication,
                        "DROP PUBLICATION " + Identifiers.quote(publication) + ";",
                        new Publication(publication)::drop);
                done.add("Dropped publication " + publication + " at the "
                        + route.source().role() + ".");
            }
            patience.run(
                    route.source(),
                    connection,
                    "The event trigger that keeps replica identities",
                    IdentityGuard.REMOVAL,
                    IdentityGuard::removeIfUnused);
            if (RecorderRemoval.remove(connection, route.task()) == RecorderRemoval.Result.HELD) {
                patience.run(
                        route.source(),
                        connection,
                        "The recorder of structure changes",
                        SCHEMA_BY_HAND,
                        held -> RecorderRemoval.removeAtOnce(held, route.task()));
            }
            if (HeartbeatStore.isKept(connection)) {
                HeartbeatStore heartbeat = new HeartbeatStore(route.task());
                patience.run(route.source(), connection, "Schema dts_sync", SCHEMA_BY_HAND, held -> {
                    heartbeat.forget(held);
                    dropSchemaIfUnused(held, route.source().role(), done);
                });
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The source could not be released", e);
        }
    }

    private void dropSlot(Connection connection, List<String> done) throws SQLException, InterruptedException {
        if (route.slot().state(connection).isEmpty()) {
            return;
        }
        StreamEnd.dropSlot(route.slot(), connection);
        done.add("Dropped replication slot " + route.name().slot() + " at the "
                + route.source().role() + ".");
    }

    private void deleteTopics(List<String> done) {
        BrokerAddresses.requireNoOther(task.kafka().properties());
        try (KafkaTopics topics = new KafkaTopics(task.kafka().properties())) {
            TopicNames names = route.name().topics();
            List<String> ours =
                    topics.all().stream().filter(names::isOurs).sorted().toList();
            topics.delete(ours);
            if (!ours.isEmpty()) {
                done.add("Deleted " + ours.size() + (ours.size() == 1 ? " topic." : " topics."));
            }
        }
    }

    private List<String> releaseDestination() throws InterruptedException {
        List<String> done = new ArrayList<>();
        try (Connection connection = route.destination().open()) {
            // A task that is released while it loads has indexes of dts-sync's on tables of the user.
            patience.run(
                    route.destination(),
                    connection,
                    "An index that dts-sync has made for the load",
                    "the DROP INDEX of every index whose comment begins with 'dts-sync: until task'.",
                    held -> new InterimKeys(held, route.task()).remove());
            patience.run(route.destination(), connection, "Schema dts_sync", SCHEMA_BY_HAND, held -> {
                // A pipeline in the opposite direction ignores this.
                AppliedPosition.mark(held, route.task());
                new StateRemoval(route.task()).run(held);
                dropSchemaIfUnused(held, route.destination().role(), done);
                Failpoint.RELEASE_STATE_DELETED.reached();
            });
            done.add(
                    0,
                    "Removed the state of task " + route.task() + " at the "
                            + route.destination().role() + ".");
            return done;
        } catch (SQLException e) {
            throw SqlFaults.explain("The destination could not be released", e);
        }
    }

    private static void dropSchemaIfUnused(Connection connection, End role, List<String> done) throws SQLException {
        if (StateRemoval.dropIfUnused(connection)) {
            done.add("Dropped schema dts_sync at the " + role + ": no task is left in it.");
        }
    }

    private static boolean exists(Connection connection, String sql, String parameter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }
}
