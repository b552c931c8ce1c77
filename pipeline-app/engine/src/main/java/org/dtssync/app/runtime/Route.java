package org.dtssync.app.runtime;

import java.time.Duration;
import org.dtssync.app.config.TaskFile;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.ReplicationSlot;
import org.dtssync.connectors.postgres.SessionPool;
import org.dtssync.schemas.TaskName;

/**
 * One direction of a task: the name of its slot, topics and state, the database it is captured at and the
 * one it is applied to. Immutable; thread-safe.
 *
 * @param name the name of this direction: that of the task, or the reverse one
 * @param source connections to the database whose WAL is read
 * @param destination connections to the database that changes are written to, where the state of this direction is
 */
public record Route(TaskName name, DatabaseConnections source, DatabaseConnections destination) {

    /** Returns the route of a task file, for an instance that writes: its successor ends these sessions. */
    public static Route of(TaskFile task) {
        return of(task, task.taskName().applicationName());
    }

    /** Returns the route of a task file for sessions that only read; no successor ends them. */
    public static Route forReading(TaskFile task) {
        return of(task, task.taskName().readerName());
    }

    private static Route of(TaskFile task, String applicationName) {
        return new Route(
                task.taskName(),
                new DatabaseConnections(End.SOURCE, task.source().database(), applicationName),
                new DatabaseConnections(End.DESTINATION, task.destination().database(), applicationName));
    }

    /** Returns the same route whose short transactions share the sessions of a pool, which the caller owns. */
    public Route reusing(SessionPool sessions) {
        return new Route(name, source.reusing(sessions), destination.reusing(sessions));
    }

    /** Returns the same route whose logins are given up after some time. */
    public Route within(Duration login) {
        return new Route(name, source.within(login), destination.within(login));
    }

    /** Returns the opposite direction. Both databases keep their names from the task file. */
    public Route reversed() {
        TaskName other = name.reverse();
        boolean writes = source.applicationName().equals(name.applicationName());
        String applicationName = writes ? other.applicationName() : other.readerName();
        return new Route(other, destination.as(applicationName), source.as(applicationName));
    }

    /** Returns the name of this direction as text, as the state has it. */
    public String task() {
        return name.text();
    }

    /** Returns the slot that this direction reads from. */
    public ReplicationSlot slot() {
        return new ReplicationSlot(name.slot());
    }
}
