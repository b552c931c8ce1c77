package org.dtssync.app.moving;

import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TableProgress;
import org.dtssync.connectors.postgres.TableName;

/**
 * The preconditions of a switch that both databases and the endpoint decide within seconds, with or without a live run. Changes
 * nothing. Immutable.
 *
 * @param settings how applications are moved
 * @param applicationName beginning of the application names of our own sessions
 * @param from the direction that applications are moved along
 * @param endpoint where they connect to
 * @param writable whether the other database must be writable already, and not only once our own read-only default is removed
 */
public record SwitchPreconditions(
        SwitchoverSettings settings, String applicationName, Route from, Endpoint endpoint, boolean writable) {

    /** The name of the step that checks them, as the state has it. */
    static final String STEP = "gates";

    /** Returns the name of a step as people read it. */
    static String shown(String step) {
        return step.equals(STEP) ? "preconditions" : step;
    }

    /**
     * Returns those of a task, as they are checked from outside of its run.
     *
     * @param task the route that the task file describes
     */
    public static SwitchPreconditions of(SwitchKind kind, SwitchoverSettings settings, Route task) {
        boolean forward = kind == SwitchKind.SWITCHOVER;
        Route from = forward ? task : task.reversed();
        String applicationName = task.name().applicationName();
        ReadOnlyGate left = new ReadOnlyGate(
                from.destination(), List.of(), settings.applicationRoles(), task.task(), applicationName);
        return new SwitchPreconditions(
                settings,
                applicationName,
                from,
                Endpoint.of(settings, from.destination().settings(), forward),
                left.liftingStatements().isEmpty());
    }

    /**
     * Checks them for the tables that the direction is known to carry.
     *
     * @param wayBack whether data must be able to flow back afterwards
     */
    public List<Gate> check(boolean wayBack) {
        return check(
                new ProgressStore(from.destination(), from.task())
                        .tables().stream().map(TableProgress::table).toList(),
                wayBack);
    }

    List<Gate> check(List<TableName> tables, boolean wayBack) {
        List<Gate> gates = new ArrayList<>(new SwitchGates(
                        from.source(),
                        from.destination(),
                        tables,
                        settings.applicationRoles(),
                        applicationName,
                        writable,
                        wayBack)
                .gates());
        gates.addAll(new CarriedChanges(from).gates());
        gates.addAll(endpoint.gates());
        return List.copyOf(gates);
    }
}
