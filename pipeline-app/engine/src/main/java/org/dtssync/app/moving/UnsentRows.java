package org.dtssync.app.moving;

import java.util.List;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.TableName;

/** Copies rows that no stream contains while applications are moved. */
public interface UnsentRows {

    /**
     * Returns the tables that have such rows.
     *
     * @param direction the direction along which applications are moved
     */
    List<TableName> tables(Route direction);

    /** Returns whether there is anything to copy, besides these tables or in them. */
    boolean any(List<TableName> tables);

    /**
     * Makes the rows of some tables, and large objects if they are migrated, at the direction's destination those of its source, which
     * nobody writes to.
     *
     * @param there the right to write to the destination
     */
    void copy(Route direction, List<TableName> tables, Epoch there) throws InterruptedException;
}
