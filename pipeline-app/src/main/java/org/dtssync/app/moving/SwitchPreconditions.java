package org.dtssync.app.moving;

import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.drift.AppliedMark;
import org.dtssync.app.drift.StructureWatch;
import org.dtssync.app.progress.Phase;
import org.dtssync.app.progress.ProgressStore;
import org.dtssync.app.progress.TableProgress;
import org.dtssync.app.task.TaskParts;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/**
 * The preconditions of a switch that can be checked within seconds, with or without a live run: everything but the
 * verification. Changes nothing. Stateless.
 */
public final class SwitchPreconditions {

    private SwitchPreconditions() {}

    /**
     * Checks a task from outside of its run.
     *
     * @param file the task file
     * @param kind which way applications are to be moved
     * @param phase the phase the task is in
     */
    public static List<Gate> check(TaskFile file, SwitchKind kind, Phase phase) {
        // Another name than that of the task's own sessions: a successor must not end those that only look.
        TaskParts task = TaskParts.of(file, file.applicationName() + "_status");
        TaskParts reverse = TaskParts.of(file.reversed(), file.reversed().applicationName() + "_status");
        boolean forward = kind == SwitchKind.SWITCHOVER;
        TaskParts from = forward
                ? task
                : new TaskParts(
                        reverse.task(),
                        task.destination(),
                        task.source(),
                        new ProgressStore(task.source(), reverse.task().name()),
                        reverse.registry(),
                        reverse.budgets(),
                        reverse.listener());
        Endpoint endpoint = Endpoint.of(file.switchover(), from.destination().settings(), forward);
        List<TableName> tables =
                from.progress().tables().stream().map(TableProgress::table).toList();
        boolean writable = new WriteFence(
                        from.destination(),
                        tables,
                        file.switchover().applicationRoles(),
                        file.name(),
                        file.applicationName())
                .liftingStatements()
                .isEmpty();
        List<Gate> gates = new ArrayList<>();
        if (phase == kind.before()) {
            gates.add(structure(from));
        }
        gates.addAll(gates(task, from, endpoint, tables, writable));
        return List.copyOf(gates);
    }

    /**
     * Checks both databases and the endpoint.
     *
     * @param task the task as its file says
     * @param from the direction that applications are moved along
     * @param writable whether the other database must be writable already
     */
    static List<Gate> gates(
            TaskParts task, TaskParts from, Endpoint endpoint, List<TableName> tables, boolean writable) {
        List<Gate> gates = new ArrayList<>(new SwitchGates(
                        from.source(),
                        from.destination(),
                        tables,
                        task.task().switchover().applicationRoles(),
                        task.task().applicationName(),
                        writable)
                .gates());
        gates.addAll(endpoint.gates());
        return gates;
    }

    private static Gate structure(TaskParts from) {
        String id = "structure";
        try {
            new StructureWatch(from, new AppliedMark()).check();
            return Gate.pass(
                    id,
                    Gate.Group.REPLICATION,
                    "The schema of the " + from.source().role() + " is as the task knows it.");
        } catch (SyncException e) {
            if (e.kind() == FaultKind.CONNECTION) {
                throw e;
            }
            return Gate.fail(id, Gate.Group.REPLICATION, e.what(), e.remedy());
        }
    }
}
