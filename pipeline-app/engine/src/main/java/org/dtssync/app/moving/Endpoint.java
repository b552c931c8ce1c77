package org.dtssync.app.moving;

import java.util.List;
import org.dtssync.app.config.PgBouncerSettings;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Where applications connect to, as far as a switch has a hand in it: it may let them wait while nobody can write, and take them
 * to the other database at the end. Every act can be repeated.
 */
public sealed interface Endpoint permits Endpoint.Unmoved, EndpointCommand, PgBouncerEndpoint {

    /** Returns what the checks of the endpoint found; changes nothing. */
    List<Gate> gates();

    /** Lets applications wait, if the endpoint can do that; the first act of the fence. */
    void hold();

    /** Takes applications to the other database, where they go on; the last act of a switch. */
    void move() throws InterruptedException;

    /** Returns what is true of the applications once {@link #move} has returned. */
    default EndpointResult moved() {
        return EndpointResult.MOVED;
    }

    /** Lets applications that wait go on with the database they have, for a switch that was given up. */
    void stay() throws InterruptedException;

    /**
     * Returns the endpoint that the task file names.
     *
     * @param target the database that applications are taken to
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
        return settings.command().isEmpty() ? new Unmoved() : new EndpointCommand(settings.command(), target);
    }

    /** Applications are moved by somebody else. */
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
        public EndpointResult moved() {
            return EndpointResult.NONE;
        }

        @Override
        public void hold() {
            // Nobody can be made to wait: the fence refuses them.
        }

        @Override
        public void move() {
            // A person does it, when the command has ended.
        }

        @Override
        public void stay() {
            // Nobody waits.
        }
    }
}
