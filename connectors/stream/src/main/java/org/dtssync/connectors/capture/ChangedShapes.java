package org.dtssync.connectors.capture;

import java.util.Set;
import org.dtssync.connectors.postgres.TableName;

/** Compares tables with their recorded shape. Called by one engine thread. */
@FunctionalInterface
public interface ChangedShapes {

    /**
     * Returns those of the tables whose shape in the source's catalog differs from the recorded one.
     *
     * @throws org.dtssync.connectors.fault.SyncException if the catalog cannot be read
     */
    Set<TableName> changed(Set<TableName> tables);
}
