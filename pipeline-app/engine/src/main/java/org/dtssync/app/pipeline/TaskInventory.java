package org.dtssync.app.pipeline;

import java.util.List;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.inventory.Inventory;
import org.dtssync.app.inventory.Judgement;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.structure.StructureReader;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;

/**
 * The inventory of a task's source: its catalogs, judged by the statements that the task would run. Needs the source alone.
 *
 * @param task the task file
 */
public record TaskInventory(TaskFile task) {

    /** Reads and judges every object of the source. */
    public Inventory read() {
        return Judgement.of(source(), task.objects(), statements());
    }

    /** Returns what the task would make at the destination. */
    public List<StructureObject> statements() {
        return new StructureReader(source(), task.objects()).read();
    }

    private DatabaseConnections source() {
        return new DatabaseConnections(End.SOURCE, task.source().database(), task.applicationName() + "_status");
    }
}
