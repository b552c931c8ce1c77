package org.dtssync.app.drift;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.dtssync.app.catalog.ShapeChange;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.catalog.ShapeStep;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.ddl.IdentityGuard;
import org.dtssync.app.ddl.MissedChanges;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.PublicationCheck;
import org.dtssync.app.source.PublicationCheck.EntryFault;
import org.dtssync.app.source.SourcePosition;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the source's table shapes with the recorded ones: some changes (a default, a rewriting type change,
 * an attached partition, a new table) send no row by which capture could detect them.
 *
 * <p>Thread-safe.
 */
public final class ShapeCheck {

    private static final Logger LOG = LoggerFactory.getLogger(ShapeCheck.class);

    /** With tens of thousands of tables a check takes seconds of both servers: the pause after it is this many times as long. */
    private static final int REST = 10;

    /** As often as is read, while commands are carried, to find out whether a difference lasts. */
    private static final int READINGS = 5;

    private static final long READING_PAUSE_MILLIS = 200;

    private final Route route;
    private final ProgressStore progress;
    private final ObjectSelection objects;
    private final AppliedMark applied;
    private final BooleanSupplier carries;

    /**
     * Creates a check; opens nothing yet.
     *
     * @param route the direction that is checked
     * @param objects which tables belong to the task
     * @param applied its applier's progress
     * @param carries whether commands that change the structure are carried now: then a change that was recorded is none to stop for
     */
    public ShapeCheck(Route route, ObjectSelection objects, AppliedMark applied, BooleanSupplier carries) {
        this.route = route;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.objects = objects;
        this.applied = applied;
        this.carries = carries;
    }

    /** Creates a check that stops at every change. */
    public ShapeCheck(Route route, ObjectSelection objects, AppliedMark applied) {
        this(route, objects, applied, () -> false);
    }

    /**
     * Checks repeatedly until interrupted; throws at the first change, and at partitions that are no longer equal.
     *
     * @param recorder checked first: without it no change is carried
     * @param settled records shapes that commands have changed
     * @param pauseMillis between two checks, in milliseconds; longer if a check takes long
     */
    public void run(ReplacedPartitions partitions, RecorderCheck recorder, SettledShapes settled, long pauseMillis)
            throws InterruptedException {
        while (true) {
            long begin = System.nanoTime();
            long took = 0;
            try {
                recorder.look();
                Seen seen = look();
                checkDestination();
                took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
                partitions.compare(seen.recorded(), seen.now());
                settled.settle(seen.carriedFrom(), seen.carriedTo());
            } catch (SyncException e) {
                if (e.kind() != FaultKind.TRANSIENT) {
                    throw e;
                }
                // A statement that alters a table may hold its lock for long; no row of it can arrive meanwhile.
                LOG.warn("The source schema could not be checked; retrying. reason={}", e.getMessage());
            }
            Thread.sleep(Math.max(pauseMillis, REST * took));
        }
    }

    /**
     * A command may be applied between the two readings that are compared: while commands are carried, a difference counts if the next
     * comparison finds it too.
     */
    private void checkDestination() throws InterruptedException {
        DestinationCheck destination = new DestinationCheck(route.destination(), progress);
        String before = "";
        for (int left = carries.getAsBoolean() ? READINGS : 1; left > 0; left--) {
            try {
                destination.check();
                return;
            } catch (SyncException e) {
                if (e.kind() != FaultKind.SHAPE_CHANGED || !carries.getAsBoolean() || before.equals(e.getMessage())) {
                    throw e;
                }
                before = e.getMessage();
                Thread.sleep(READING_PAUSE_MILLIS);
            }
        }
    }

    /**
     * The shapes whose texts differ, but not in anything that matters to rows.
     *
     * @param recorded the recorded ones
     * @param now the current ones
     * @param carriedFrom the recorded shapes of tables that commands have changed which are carried
     * @param carriedTo the current shapes of these tables
     */
    record Seen(
            Map<TableName, String> recorded,
            Map<TableName, String> now,
            Map<TableName, String> carriedFrom,
            Map<TableName, String> carriedTo) {}

    /**
     * Checks once; at a change it waits until everything before it is applied.
     *
     * @throws SyncException of kind SHAPE_CHANGED that names every change
     */
    public Seen look() throws InterruptedException {
        try {
            return check();
        } catch (SyncException e) {
            if (e.kind() == FaultKind.SHAPE_CHANGED) {
                LOG.info("A schema change was detected; changes written before it are applied first.");
                applied.await(SourcePosition.insert(route.source()));
            }
            throw e;
        }
    }

    /**
     * Checks once.
     *
     * @throws SyncException of kind SHAPE_CHANGED that names every change, or of kind PUBLICATION if the publication
     *     has changed
     */
    public Seen check() {
        return check(true);
    }

    /**
     * Checks once before a capture begins. A new table that commands made and did not publish is left to {@link #check}: a switch that such a
     * command disturbs gives up by itself.
     *
     * @throws SyncException like {@link #check}
     */
    public void checkBeforeCapture() {
        check(false);
    }

    private Seen check(boolean unpublished) {
        Reading before = read(unpublished);
        int left = carries.getAsBoolean() ? READINGS : 1;
        if (left == 1 && !before.entries().isEmpty()) {
            throw PublicationCheck.fault(before.entries());
        }
        while (!before.entries().isEmpty()) {
            Reading after = read(unpublished);
            List<EntryFault> lasting =
                    before.entries().stream().filter(after.entries()::contains).toList();
            if (!lasting.isEmpty()) {
                throw PublicationCheck.fault(lasting);
            }
            if (--left == 0) {
                // None of those that were found lasted; the next check decides about the last ones.
                return after.seen();
            }
            before = after;
        }
        return before.seen();
    }

    /**
     * What was read once.
     *
     * @param entries the faults of the publication's entries, none of which is that of a table whose commands were recorded until the shapes
     *     were read. While commands are carried one is a fault only if the next reading has it too: then the shapes were read between
     */
    private record Reading(Seen seen, Set<EntryFault> entries) {}

    private Reading read(boolean unpublished) {
        List<TableName> tables = progress.tables().stream()
                .filter(table -> table.state() != TableState.SKIPPED)
                .map(TableProgress::table)
                .toList();
        ShapeFingerprint fingerprint = new ShapeFingerprint(route.source());
        Map<TableName, String> digests = progress.shapeDigests();
        Map<TableName, String> now = new TreeMap<>();
        // Most are unchanged, and all of them together may be too large for memory.
        fingerprint.read(tables, (table, structure) -> {
            if (!ProgressStore.shapeDigest(structure).equals(digests.remove(table))) {
                now.put(table, structure);
            }
        });
        Map<TableName, String> stored = new TreeMap<>();
        if (!now.isEmpty() || !digests.isEmpty()) {
            keepIdentities();
            progress.structures((table, structure) -> {
                if (now.containsKey(table) || digests.containsKey(table)) {
                    stored.put(table, structure);
                }
            });
        }
        List<ShapeChange> changes = new ArrayList<>(ShapeFingerprint.changes(stored, now));
        List<ShapeChange> added = new ArrayList<>(fingerprint.newTables(objects, tables));
        changes.addAll(added);
        Set<TableName> carried = carried(changes);
        if (unpublished) {
            // The transaction that makes a table publishes it; of one that it did not publish nothing arrives.
            carried.removeAll(new PublicationCheck(route)
                    .unpublished(added.stream()
                            .map(ShapeChange::table)
                            .filter(carried::contains)
                            .toList()));
        }
        changes.removeIf(change -> carried.contains(change.table()));
        added.removeIf(change -> carried.contains(change.table()));
        if (!changes.isEmpty()) {
            throw changed(changes, remedies(changes, added, stored, now));
        }
        // After the shapes: a dropped table has left the publication too.
        Set<EntryFault> entries = new PublicationCheck(route).faults(carried, Set.of(), carries.getAsBoolean());
        if (!entries.isEmpty() && carries.getAsBoolean()) {
            Set<TableName> onTheWay = new MissedChanges(route.source()).onTheWay(route.task());
            entries = new PublicationCheck(route).faults(carried, onTheWay, true);
        }
        return new Reading(
                new Seen(without(stored, carried), without(now, carried), only(stored, carried), only(now, carried)),
                entries);
    }

    private static Map<TableName, String> without(Map<TableName, String> shapes, Set<TableName> tables) {
        Map<TableName, String> others = new TreeMap<>(shapes);
        others.keySet().removeAll(tables);
        return others;
    }

    private static Map<TableName, String> only(Map<TableName, String> shapes, Set<TableName> tables) {
        Map<TableName, String> found = new TreeMap<>(shapes);
        found.keySet().retainAll(tables);
        return found;
    }

    /** Returns the changed tables whose commands were recorded: they arrive with the rows. */
    private Set<TableName> carried(List<ShapeChange> changes) {
        if (changes.isEmpty() || !carries.getAsBoolean()) {
            return new TreeSet<>();
        }
        Set<TableName> tables =
                new TreeSet<>(changes.stream().map(ShapeChange::table).toList());
        tables.removeAll(new MissedChanges(route.source()).among(tables));
        return tables;
    }

    /** Whatever this finds, the application must be able to write while the task is stopped. */
    private void keepIdentities() {
        try (Connection source = route.source().open()) {
            IdentityGuard.repair(source);
        } catch (SQLException e) {
            // The change that led here is what has to be reported.
            LOG.warn("The replica identities at the source could not be kept. reason={}", e.getMessage());
        }
    }

    private SyncException changed(List<ShapeChange> changes, List<String> remedies) {
        String what = changes.stream().map(ShapeChange::toString).collect(Collectors.joining("; "));
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "The " + route.source().role() + " schema changed: " + what + ".",
                String.join(" ", remedies) + ReadOnlySide.hint(route.destination()));
    }

    private List<String> remedies(
            List<ShapeChange> changes,
            List<ShapeChange> added,
            Map<TableName, String> stored,
            Map<TableName, String> now) {
        List<TableName> fresh = added.stream().map(ShapeChange::table).toList();
        List<String> remedies = new ArrayList<>();
        for (TableName table :
                new TreeSet<>(changes.stream().map(ShapeChange::table).toList())) {
            remedies.add(remedy(table, fresh, stored, now));
        }
        return remedies;
    }

    private String remedy(
            TableName table, List<TableName> fresh, Map<TableName, String> stored, Map<TableName, String> now) {
        if (fresh.contains(table)) {
            return "Create table " + table + " at the " + follower() + " too and run with --resnapshot " + table
                    + ", or add it to objects.exclude.";
        }
        String is = now.get(table);
        if (is == null) {
            return "Drop or rename table " + table + " at the " + follower() + " too and run with --accept-structure "
                    + table + ".";
        }
        ShapeStep step = new ShapeStep(
                TableShape.parse(ShapeFingerprint.completed(
                        Objects.requireNonNull(stored.get(table), "Only a new table is not recorded."), is)),
                TableShape.parse(is));
        Optional<String> reload = step.reloadReason();
        if (reload.isPresent()) {
            return "Make the same change at the " + follower() + " and run with --resnapshot " + table + ", since it "
                    + reload.get() + ".";
        }
        return "Make the same change at the " + follower() + " and run with --accept-structure " + table
                + ", or with --resnapshot " + table + " where existing rows changed.";
    }

    /** After a switchover it is the task's source that follows. */
    private String follower() {
        return route.destination().role().label();
    }
}
