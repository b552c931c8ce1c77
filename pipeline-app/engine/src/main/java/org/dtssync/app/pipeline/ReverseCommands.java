package org.dtssync.app.pipeline;

import java.util.List;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.ddl.DdlRecorder;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.moving.Gate.Group;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * Whether commands that applications run at the destination after a switchover can be recorded there, if they are to be run at the source
 * too.
 *
 * @param task the task file
 */
record ReverseCommands(TaskFile task) {

    private static final String GATE = "reverse-commands";

    /** Asks the destination; nothing is said of a task whose way back stops at such commands. */
    List<Gate> gates() {
        if (!task.ddl().carriesBack()) {
            return List.of();
        }
        DatabaseConnections destination = Route.forReading(task).destination();
        String account = destination.settings().user();
        return List.of(
                DdlRecorder.isPossible(destination)
                        ? Gate.pass(
                                GATE,
                                Group.REVERSE,
                                "Commands that change the structure can be recorded at the " + destination.role() + ".")
                        : Gate.fail(
                                        GATE,
                                        Group.REVERSE,
                                        "Account " + account + " may not make event triggers at the "
                                                + destination.role() + ", which ddl.reverse carry needs.",
                                        "As a superuser, once; or set ddl.reverse: stop.")
                                .at(destination.role().label(), String.join("\n", DdlRecorder.statements(account))));
    }
}
