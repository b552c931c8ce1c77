package org.dtssync.connectors.apply;

import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;

/**
 * How changes are read that were written before an accepted change of their table's shape.
 *
 * @param until changes that committed up to here may have the earlier shape; later ones never have
 * @param names the earlier columns by name, each with the name it has now; empty for a dropped one
 * @param added columns that came with the change, each with the text that rows from before have in it; empty for NULL
 * @param retyped columns of another type now, each with the name of that type; earlier values of them are not readable
 */
public record EarlierShape(
        Lsn until,
        Map<String, Optional<String>> names,
        Map<String, Optional<String>> added,
        Map<String, String> retyped) {

    /** Copies the maps. */
    public EarlierShape {
        names = Map.copyOf(names);
        added = Map.copyOf(added);
        retyped = Map.copyOf(retyped);
    }
}
