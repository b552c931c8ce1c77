package org.dtssync.app.pipeline;

import java.util.List;
import java.util.stream.Collectors;
import org.dtssync.app.catalog.UnsharedTables;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.ddl.DdlRecorder;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.moving.Gate.Group;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.TableName;

/**
 * Whether commands that applications run at the destination after a switchover can be recorded there and followed at the source, if they
 * are to be run there too.
 *
 * @param task the task file
 */
record ReverseCommands(TaskFile task) {

    private static final String GATE = "reverse-commands";

    private static final int LISTED = 10;

    /** Asks the destination; nothing is said of a task whose way back stops at such commands. */
    List<Gate> gates() {
        if (!task.ddl().carriesBack()) {
            return List.of();
        }
        Route route = Route.forReading(task);
        return List.of(recorded(route.destination()), shared(route));
    }

    /** Changes of a table that only the destination has would reach no table, and its commands fail. */
    private Gate shared(Route route) {
        List<TableName> only = UnsharedTables.all(route.destination(), route.source()).stream()
                .filter(table -> task.objects().selects(table.schema(), table.table()))
                .toList();
        if (only.isEmpty()) {
            return Gate.pass(
                    GATE, Group.REVERSE, "Every table of the destination that the task selects is at the source too.");
        }
        String named = only.stream().limit(LISTED).map(TableName::toString).collect(Collectors.joining(", "))
                + (only.size() > LISTED ? " and " + (only.size() - LISTED) + " more" : "");
        return Gate.fail(
                GATE,
                Group.REVERSE,
                "Only the destination has " + named + ", which objects.include matches: with ddl.reverse carry, reverse"
                        + " replication would stop at it.",
                "Drop or move what is not needed (ALTER TABLE ... SET SCHEMA), or set ddl.reverse: stop.");
    }

    private static Gate recorded(DatabaseConnections destination) {
        String account = destination.settings().user();
        return DdlRecorder.isPossible(destination)
                ? Gate.pass(
                        GATE,
                        Group.REVERSE,
                        "Commands that change the structure can be recorded at the " + destination.role() + ".")
                : Gate.fail(
                                GATE,
                                Group.REVERSE,
                                "Account " + account + " may not make event triggers at the " + destination.role()
                                        + ", which ddl.reverse carry needs.",
                                "As a superuser, once; or set ddl.reverse: stop.")
                        .at(destination.role().label(), String.join("\n", DdlRecorder.statements(account)));
    }
}
