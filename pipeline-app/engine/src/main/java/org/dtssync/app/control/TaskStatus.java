package org.dtssync.app.control;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.state.DdlFigures;
import org.dtssync.app.state.HeartbeatStore;
import org.dtssync.app.state.HeartbeatStore.Beat;
import org.dtssync.app.state.IndexBuilds;
import org.dtssync.app.state.InstanceStore;
import org.dtssync.app.state.InstanceStore.Holder;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.StateSchema;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.schemas.DdlMode;

/**
 * The status of a task at one moment, read from both databases, with or without an active run.
 *
 * @param progress phase and error
 * @param running whether an instance holds the task
 * @param holder the instance that holds it, or the last one that did; empty before the first
 * @param sourceLsn where the source's log ends; empty if the source cannot be reached
 * @param appliedLsn the position applied at the destination; empty before the first cut
 * @param lagMillis age of the oldest heartbeat not yet applied, in milliseconds; 0 if there is none. Without a run nothing writes
 *     heartbeats: the age of the last one. Empty once the task has ended
 * @param lagBytes WAL between the two positions, in bytes
 * @param tables every table of the task
 * @param ddl commands that change the structure
 */
public record TaskStatus(
        TaskProgress progress,
        boolean running,
        Optional<Holder> holder,
        Optional<Lsn> sourceLsn,
        Optional<Lsn> appliedLsn,
        Optional<Long> lagMillis,
        Optional<Long> lagBytes,
        List<TableProgress> tables,
        DdlFigures ddl) {

    private static final long HEARTBEAT_MILLIS = 1_000;

    /** A person waits for the answer; a busy server needs some seconds. */
    private static final Duration LOGIN = Duration.ofSeconds(15);

    /** The source's part. */
    private record SourceEnd(Lsn lsn, Optional<Beat> beat, double nowSeconds) {}

    /**
     * Reads the status; a task that is not known at the destination has not been started, and is in phase precheck.
     *
     * @throws SyncException if the destination cannot be queried
     */
    public static TaskStatus read(TaskFile task) {
        return read(task, true);
    }

    /** Reads the same without the tables, of which there may be many. */
    public static TaskStatus readLag(TaskFile task) {
        return read(task, false);
    }

    private static TaskStatus read(TaskFile task, boolean withTables) {
        // A different name from the task's own sessions: a successor must not end those that only read.
        Route route = route(task);
        new StateSchema(route.destination()).requireKnown();
        Optional<TaskProgress> known = new ProgressStore(route.destination(), route.task()).task();
        if (known.isPresent() && isReverse(known.get().phase())) {
            return read(route, known.get(), reversed(task), withTables);
        }
        Optional<SourceEnd> source = source(route.source(), task.name());
        return known.isPresent() ? read(route, known.get(), source, withTables) : notBegun(task, source);
    }

    /** Phases in which data flows from the destination to the source. */
    private static boolean isReverse(Phase phase) {
        return phase == Phase.REVERSE || phase == Phase.ROLLBACK;
    }

    private static Route reversed(TaskFile task) {
        return route(task).reversed();
    }

    private static Route route(TaskFile task) {
        return Route.forReading(task).within(LOGIN);
    }

    /** The stream is the reverse one; phase and run are those of the task. */
    private static TaskStatus read(Route route, TaskProgress progress, Route reverse, boolean withTables) {
        TaskStatus stream = read(reverse, progress, source(reverse.source(), reverse.task()), withTables);
        try (Connection destination = route.destination().open()) {
            InstanceStore instances = new InstanceStore(route.destination(), route.task());
            return new TaskStatus(
                    progress,
                    instances.isHeld(destination),
                    instances.last(destination),
                    stream.sourceLsn(),
                    stream.appliedLsn(),
                    stream.lagMillis(),
                    stream.lagBytes(),
                    stream.tables(),
                    stream.ddl());
        } catch (SQLException e) {
            throw SqlFaults.explain("The status of task " + route.task() + " could not be read", e);
        }
    }

    private static TaskStatus notBegun(TaskFile task, Optional<SourceEnd> source) {
        return new TaskStatus(
                new TaskProgress(task.name(), Phase.PRECHECK, Optional.empty(), Optional.empty(), Optional.empty()),
                false,
                Optional.empty(),
                source.map(SourceEnd::lsn),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                DdlFigures.none(task.ddl().mode().orElse(DdlMode.STOP)));
    }

    /** Returns whether the task has been run before. */
    public boolean begun() {
        return progress.phase() != Phase.PRECHECK;
    }

    private static TaskStatus read(Route route, TaskProgress progress, Optional<SourceEnd> source, boolean withTables) {
        try (Connection destination = route.destination().open()) {
            Optional<Lsn> applied =
                    AppliedPosition.read(destination, route.task()).map(AppliedPosition::lsn);
            Optional<Beat> beat = new HeartbeatStore(route.task()).last(destination);
            InstanceStore instances = new InstanceStore(route.destination(), route.task());
            boolean running = instances.isHeld(destination);
            boolean over = progress.phase().isOver();
            return new TaskStatus(
                    progress,
                    running,
                    instances.last(destination),
                    source.map(SourceEnd::lsn),
                    applied,
                    over ? Optional.empty() : source.map(end -> lag(end, beat, running)),
                    over
                            ? Optional.empty()
                            : source.flatMap(end ->
                                    applied.map(lsn -> Math.max(0, end.lsn().minus(lsn)))),
                    withTables ? tables(route, over) : List.of(),
                    new DdlCommandStore(route.destination(), route.task())
                            .figures(destination)
                            .withBuilds(new IndexBuilds(route.name().applicationName()).list(destination)));
        } catch (SQLException e) {
            throw SqlFaults.explain("The status of task " + route.task() + " could not be read", e);
        }
    }

    /** Once a task has ended, no table is streamed any more. */
    private static List<TableProgress> tables(Route route, boolean over) {
        return new ProgressStore(route.destination(), route.task())
                .tables().stream()
                        .map(table ->
                                over && table.state() == TableState.STREAMING ? table.in(TableState.COPIED) : table)
                        .toList();
    }

    private static long lag(SourceEnd source, Optional<Beat> applied, boolean beating) {
        if (source.beat().isEmpty()) {
            return 0;
        }
        Beat written = source.beat().get();
        long behind = written.sequence() - applied.map(Beat::sequence).orElse(0L);
        long age = Math.max(0, (long) ((source.nowSeconds() - written.writtenAtSeconds()) * 1_000));
        if (behind <= 0) {
            return beating ? 0 : age;
        }
        // Only the last heartbeat is stored; those before it were written one second apart.
        return age + (behind - 1) * HEARTBEAT_MILLIS;
    }

    private static Optional<SourceEnd> source(DatabaseConnections source, String task) {
        try (Connection connection = source.open();
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                                     ELSE pg_current_wal_lsn() END)::text,
                               extract(epoch FROM clock_timestamp())::float8
                        """);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return Optional.of(new SourceEnd(
                    Lsn.parse(rows.getString(1)), new HeartbeatStore(task).last(connection), rows.getDouble(2)));
        } catch (SQLException | SyncException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns whether a known task has an active run.
     *
     * @throws SyncException if the destination cannot be queried
     */
    public static boolean isRunning(Route route) {
        return new InstanceStore(route.destination(), route.task()).isHeld();
    }
}
