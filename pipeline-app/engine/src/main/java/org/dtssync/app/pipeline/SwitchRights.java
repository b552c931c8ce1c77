package org.dtssync.app.pipeline;

import java.util.List;
import java.util.stream.Stream;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.moving.SwitchGates;
import org.dtssync.app.precheck.LaterFinding;
import org.dtssync.app.precheck.Stage;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.postgres.TableName;

/**
 * What a switchover and a rollback would be refused for that holds long before: rights and settings, by their own checks. The
 * precheck says it, so that nobody finds out on the day.
 *
 * @param task the task file
 */
public record SwitchRights(TaskFile task) {

    /**
     * Returns the findings about a task that carries some tables; none for a mirror, whose applications are moved by other means.
     *
     * @param kafka whether the brokers may be asked
     */
    public List<LaterFinding> findings(List<TableName> tables, boolean kafka) {
        if (task.mirrorOf().isPresent()) {
            return List.of();
        }
        Route route = Route.forReading(task);
        List<Gate> gates = new SwitchGates(
                        route.source(),
                        route.destination(),
                        tables,
                        task.switchover().applicationRoles(),
                        task.applicationName(),
                        false,
                        true)
                .rights();
        List<Gate> topics = kafka ? new ReverseTopics(task).gates() : List.of();
        return Stream.concat(gates.stream(), topics.stream())
                .map(SwitchRights::finding)
                .toList();
    }

    private static LaterFinding finding(Gate gate) {
        Stage stage = switch (gate.group()) {
            case REVERSE -> Stage.REVERSE;
            case ROLLBACK -> Stage.ROLLBACK;
            default -> Stage.SWITCHOVER;
        };
        boolean passed = gate.result() == Gate.Result.PASS;
        return new LaterFinding(gate.id(), stage, gate.server(), passed, gate.message(), gate.sql(), gate.text());
    }
}
