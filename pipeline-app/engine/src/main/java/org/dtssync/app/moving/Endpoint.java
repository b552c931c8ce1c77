package org.dtssync.app.moving;

import java.util.List;
import org.dtssync.app.config.PgBouncerSettings;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.state.EndpointResult;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Where applications connect to, as far as a switch controls it: it may let them wait while writes are blocked, and repoint them
 * at the other database in the end. Every action can be repeated.
 */
public sealed interface Endpoint permits Endpoint.Unmoved, EndpointCommand, PgBouncerEndpoint {

    /** Returns what the checks of the endpoint found; changes nothing. */
    List<Gate> gates();

    /** Lets applications wait, if the endpoint can do that; the first action of the read-only gate. */
    void hold();

    /** Repoints applications to the other database, where they continue; the last action of a switch. */
    void move() throws InterruptedException;

    /** Returns a phrase that names who moves applications. */
    String mover();

    /** Returns what is true of the applications once {@link #move} has returned. */
    default EndpointResult moved() {
        return EndpointResult.MOVED;
    }

    /** Lets waiting applications continue with the database they have, for a switch that was given up. */
    void stay() throws InterruptedException;

    /**
     * Returns the endpoint that the task file names.
     *
     * @param target the database that applications are moved to
     * @param forward whether that is the task's destination
     */
    static Endpoint of(SwitchoverSettings settings, DatabaseSettings target, boolean forward) {
        if (settings.pgBouncer().isPresent()) {
            PgBouncerSettings pgBouncer = settings.pgBouncer().get();
            return new PgBouncerEndpoint(
                    pgBouncer,
                    forward ? pgBouncer.source() : pgBouncer.destination(),
                    forward ? pgBouncer.destination() : pgBouncer.source(),
                    settings.drainTimeout());
        }
        return settings.command().isEmpty()
                ? new Unmoved()
                : new EndpointCommand(settings.command(), settings.withheld(), target);
    }

    /** Applications are repointed by other means. */
    record Unmoved() implements Endpoint {
        @Override
        public List<Gate> gates() {
            return List.of(Gate.warn(
                    "endpoint",
                    Gate.Group.ENDPOINT,
                    "The task file names nothing that repoints applications, so a person has to do it after the switch.",
                    "Set switchover.command or switchover.pgbouncer.console, or have your own way ready."));
        }

        @Override
        public String mover() {
            return "nobody";
        }

        @Override
        public EndpointResult moved() {
            return EndpointResult.NONE;
        }

        @Override
        public void hold() {
            // Applications cannot wait: the read-only gate refuses them.
        }

        @Override
        public void move() {
            // A person does it, after the command has finished.
        }

        @Override
        public void stay() {
            // No application waits.
        }
    }
}
