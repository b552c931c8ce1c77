package org.dtssync.app.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.inventory.Inventory;
import org.dtssync.app.inventory.InventoryComparison;
import org.dtssync.app.inventory.InventoryDifference;
import org.dtssync.app.inventory.Judgement;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.structure.pgdump.ReaderChoice;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;

/**
 * The inventory of a task: the source's catalogs, judged by the statements that the task runs, and the destination's next to them.
 *
 * @param task the task file
 */
public record TaskInventory(TaskFile task) {

    /** Reads and judges every object of the source; needs the source alone. */
    public Inventory read() {
        return Judgement.of(source(), task.objects(), statements());
    }

    /**
     * Returns what the task would make at the destination; needs the source alone. Only how statements are quoted depends on the
     * destination's version, which is not asked for.
     */
    public List<StructureObject> statements() {
        return new ReaderChoice(task.structure(), source(), Optional.empty(), task.objects())
                .reader()
                .read();
    }

    /**
     * Returns what would make the destination as it is now: its catalog knows structure changes that were accepted since the task began.
     */
    public List<StructureObject> statementsOfDestination() {
        return new ReaderChoice(
                        task.structure(), Route.forReading(task).destination(), Optional.empty(), task.objects())
                .reader()
                .read();
    }

    private DatabaseConnections source() {
        return new DatabaseConnections(End.SOURCE, task.source().database(), task.applicationName() + "_status");
    }

    /**
     * Returns what the destination lacks of what the source has now.
     *
     * @param skipped the names of schema objects that a person has decided not to create
     */
    public List<InventoryDifference> differences(Set<String> skipped) {
        Route route = Route.forReading(task);
        return InventoryComparison.of(route.source(), route.destination(), task.objects(), statements(), skipped);
    }
}
