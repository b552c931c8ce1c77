package org.dtssync.app.base;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.TableName;

/**
 * What a base is and has.
 *
 * @param task the task
 * @param program the version of dts-sync that wrote it
 * @param takenAt when it was finished
 * @param cut what it is exact at
 * @param tables its tables in the order of their names
 * @param objects the schema objects, in the order in which they can be created
 */
public record BaseManifest(
        String task,
        String program,
        Instant takenAt,
        BaseCut cut,
        List<BaseTable> tables,
        List<StructureObject> objects) {

    /** Copies the lists. */
    public BaseManifest {
        tables = List.copyOf(tables);
        objects = List.copyOf(objects);
    }

    /** Returns a table; empty if the base does not have it. */
    public Optional<BaseTable> table(TableName name) {
        return tables.stream().filter(table -> table.table().equals(name)).findFirst();
    }

    /** Returns how many rows it has. */
    public long rows() {
        return tables.stream().mapToLong(BaseTable::rows).sum();
    }
}
