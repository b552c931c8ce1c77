package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.state.DdlFigures;
import org.dtssync.app.state.DeferredIndex;
import org.dtssync.app.state.StoredDdl;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * Commands that change the structure, around a switch: each has to be at the other database before it begins, and none may come while
 * it is under way, since tables and sequences are listed at its beginning.
 *
 * @param from the direction that applications are moved along
 */
record CarriedChanges(Route from) {

    /** Returns whether every command that has arrived was run; nothing for a task that carries none. */
    List<Gate> gates() {
        DdlFigures figures = figures();
        if (!figures.mode().carries()) {
            return List.of();
        }
        return List.of(figures.current()
                .map(CarriedChanges::open)
                .or(() -> figures.indexes().stream().findFirst().map(this::unbuilt))
                .orElseGet(() -> Gate.pass(
                        "ddl",
                        Gate.Group.REPLICATION,
                        "Every command that changed the structure and has arrived was run at the "
                                + from.destination().role() + ".")));
    }

    private Gate unbuilt(DeferredIndex index) {
        return Gate.fail(
                "ddl",
                Gate.Group.REPLICATION,
                "Index " + index.index() + " of command " + index.number()
                        + index.error()
                                .map(why -> " could not be built at the "
                                        + from.destination().role() + ": " + why + ".")
                                .orElse(" is not built yet at the "
                                        + from.destination().role() + "."),
                index.error().isPresent()
                        ? "Build it there (dts-sync ddl show TASK.yaml " + index.number()
                                + ") and run again, or leave it out with dts-sync ddl skip TASK.yaml " + index.number()
                                + "."
                        : "Wait until dts-sync status shows it no more.");
    }

    private static Gate open(StoredDdl command) {
        String what = switch (command.state()) {
            case FAILED -> " failed";
            case RUNNING -> " is running";
            default -> command.allowed() ? " has not run yet" : " waits until a person allows it";
        };
        return Gate.fail(
                "ddl",
                Gate.Group.REPLICATION,
                "Command " + command.number() + " (" + command.command().tag() + ")" + what + ".",
                "See dts-sync ddl list TASK.yaml.");
    }

    /** Returns how many commands the stream has passed. */
    long passed() {
        DdlFigures figures = figures();
        return figures.done() + figures.skipped();
    }

    /**
     * Requires that the stream has passed no other command since.
     *
     * @param before of {@link #passed}
     * @throws SyncException of kind PRECHECK if it has
     */
    void requireNone(long before) {
        if (passed() != before) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    "The structure was changed while the switch was beginning. Nothing was moved.",
                    "Run it again while nobody changes the structure.");
        }
    }

    private DdlFigures figures() {
        try (Connection destination = from.destination().open()) {
            return new DdlCommandStore(from.destination(), from.task()).figures(destination);
        } catch (SQLException e) {
            throw SqlFaults.explain("The commands that change the structure could not be read", e);
        }
    }
}
