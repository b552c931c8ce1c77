package org.dtssync.app.structure;

import java.util.List;
import org.dtssync.app.state.StructureObject;

/**
 * Reads the schema objects of a database that a selection takes, with the statements that create them.
 *
 * <p>There are two: {@link StructureReader}, which needs no program, and the one that reads what {@code pg_dump} writes.
 */
@FunctionalInterface
public interface ObjectReader {

    /**
     * Reads the schema objects, numbered in the order in which they can be created, pre-data first. Takes no lock that blocks
     * writers.
     */
    List<StructureObject> read();
}
