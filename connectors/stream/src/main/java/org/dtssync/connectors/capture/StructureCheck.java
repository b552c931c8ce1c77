package org.dtssync.connectors.capture;

import java.util.Set;
import org.dtssync.connectors.postgres.TableName;

/** Compares tables with the structure their capture began with. Called by one thread of the engine's. */
@FunctionalInterface
public interface StructureCheck {

    /**
     * Returns those of the tables that the source's catalog has another structure of now than was recorded.
     *
     * @throws org.dtssync.connectors.fault.SyncException if the catalog cannot be read
     */
    Set<TableName> changed(Set<TableName> tables);
}
