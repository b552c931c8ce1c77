package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.dtssync.app.catalog.ShapeChange;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.ddl.IdentityGuard;
import org.dtssync.app.ddl.MissedChanges;
import org.dtssync.app.drift.RecorderCheck;
import org.dtssync.app.drift.ShapeCheck;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.PublicationCheck;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.LostCuts;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.StateMigrations;

/** The checks before a capture starts, and the interpretation of its faults. Used by the capture thread. */
final class CaptureChecks {

    private final Route route;
    private final Map<String, String> kafka;
    private final Epoch epoch;
    private final ShapeCheck structure;
    private final RecorderCheck recorder;
    private final BooleanSupplier carries;
    private final ProgressStore progress;
    private final ShapeRecords structures;

    /**
     * Creates them; opens nothing yet.
     *
     * @param kafka properties of clients
     * @param epoch the right to write to the destination
     * @param structure compares the source's shapes with the recorded ones
     * @param carries whether commands that change the structure are carried now
     * @param recorder repairs what records commands that change the structure
     */
    CaptureChecks(
            Route route,
            Map<String, String> kafka,
            Epoch epoch,
            ShapeCheck structure,
            BooleanSupplier carries,
            RecorderCheck recorder) {
        this.route = route;
        this.kafka = kafka;
        this.epoch = epoch;
        this.structure = structure;
        this.carries = carries;
        this.recorder = recorder;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.structures = new ShapeRecords(route.destination(), route.task());
    }

    /** Requires everything that a capture starts with. */
    void require() {
        // Checked before the topics are touched, so that a successor is not disturbed, and after, when it can no longer
        // change.
        requireTask();
        requireCuts();
        recorder.resume();
        requirePublication();
        guardIdentities();
    }

    /** A task that was prepared by an earlier release has no guard yet. */
    private void guardIdentities() {
        // A transaction of an instance that is frozen here must end: a load waits for it, and so does every change of
        // structure.
        try (Connection source = route.source().openForShortTransactions()) {
            IdentityGuard.install(source);
        } catch (SQLException e) {
            throw SqlFaults.explain("The event triggers that keep replica identities could not be made", e);
        }
    }

    /** The broker fences the earlier producer in favor of the later one: only the epoch determines which one is right. */
    void requireTask() {
        route.destination().inTransaction("The epoch of task " + epoch.task() + " could not be checked", connection -> {
            epoch.hold(connection);
            return epoch;
        });
    }

    /** Cuts in another topic of the same name would lead nowhere: the applier looks for them where the first ones are. */
    private void requireCuts() {
        String topic = route.name().topics().in(progress.topicForm().layout()).cuts();
        Optional<String> identifier = progress.cutsTopic();
        if (identifier.isEmpty()) {
            return;
        }
        try (KafkaTopics topics = new KafkaTopics(kafka)) {
            topics.changed(Map.of(topic, identifier.get())).forEach((name, how) -> {
                throw LostCuts.changed(name, how);
            });
        }
    }

    /** PostgreSQL 18 only logs a warning that the publication does not exist, and streams nothing. */
    private void requirePublication() {
        if (carries.getAsBoolean()) {
            // What commands do to it that are not applied yet is no fault, and only the check of shapes knows them.
            structure.checkBeforeCapture();
            return;
        }
        try {
            new PublicationCheck(route).check();
        } catch (SyncException e) {
            // The check of shapes reports dropped tables, with a different message.
            throw e.kind() == FaultKind.PUBLICATION ? explained(e) : e;
        }
    }

    /** The catalog shows more about the change than the record that revealed it. */
    SyncException explained(SyncException found) {
        try {
            structure.check();
        } catch (SyncException e) {
            return e.kind() == FaultKind.SHAPE_CHANGED || e.kind() == FaultKind.PUBLICATION ? e : found;
        }
        return found;
    }

    /**
     * Returns the tables whose records look unchanged although the catalog has another shape now. If the change is one
     * that records show, they were written before it and may pass.
     */
    Set<TableName> changed(Set<TableName> announced) {
        if (carries.getAsBoolean()) {
            // The recorded shapes are those of the last command that was applied; these are of the last that was made.
            return new MissedChanges(route.source()).among(ofTask(announced));
        }
        Map<TableName, String> stored = new HashMap<>();
        structures.read(announced).forEach((table, recorded) -> stored.put(table, recorded.structure()));
        if (stored.isEmpty()) {
            return Set.of();
        }
        Map<TableName, String> now = new ShapeFingerprint(route.source()).read(stored.keySet());
        Set<TableName> changed = new HashSet<>();
        for (ShapeChange change : ShapeFingerprint.changes(stored, now)) {
            String current = now.get(change.table());
            boolean shown = current == null
                    || !TableShape.parse(current)
                            .carried()
                            .equals(TableShape.parse(Objects.requireNonNull(
                                            stored.get(change.table()), "Only recorded ones are read."))
                                    .carried());
            if (!shown) {
                changed.add(change.table());
            }
        }
        return changed;
    }

    private static Set<TableName> ofTask(Set<TableName> tables) {
        Set<TableName> found = new HashSet<>(tables);
        found.removeIf(table -> table.schema().equals(StateMigrations.SCHEMA));
        return found;
    }

    /**
     * The broker fences a producer also if a transaction took too long, for example in a frozen network: then the task still
     * belongs to this instance.
     *
     * @throws SyncException of kind FENCED if another instance has taken over
     */
    SyncException fencedByWhom(SyncException fault) {
        requireTask();
        return new SyncException(
                FaultKind.TRANSIENT,
                "The broker aborted the open transaction of task " + epoch.task()
                        + ": it took longer than transaction.timeout.ms, or another task with this name writes to the topics.",
                "If it happens repeatedly, raise transaction.timeout.ms under kafka, and check that no other task has"
                        + " this name.",
                fault);
    }
}
