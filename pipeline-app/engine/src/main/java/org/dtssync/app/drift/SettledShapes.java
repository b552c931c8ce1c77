package org.dtssync.app.drift;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.dtssync.app.catalog.PartitionFiles;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.SourcePosition;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * Records the whole shape of a table that commands have changed, once all of them are applied: what the commands themselves record of it
 * leaves out what no row depends on, such as files and types. Used by one thread.
 */
public final class SettledShapes {

    private final Route route;
    private final Epoch epoch;
    private final AppliedMark applied;
    private final ShapeRecords structures;
    private final Map<TableName, Seen> seen = new HashMap<>();

    /**
     * A shape at the source.
     *
     * @param structure its fingerprint
     * @param until a position behind every command that it has
     */
    private record Seen(String structure, Lsn until) {}

    /**
     * Creates it; opens nothing yet.
     *
     * @param epoch the right to record shapes
     * @param applied the applier's progress
     */
    public SettledShapes(Route route, Epoch epoch, AppliedMark applied) {
        this.route = route;
        this.epoch = epoch;
        this.applied = applied;
        this.structures = new ShapeRecords(route.destination(), route.task());
    }

    /**
     * Checks the tables whose recorded shape differs from the one at the source by commands that are carried.
     *
     * @param recorded the recorded shapes
     * @param now those of now
     */
    void settle(Map<TableName, String> recorded, Map<TableName, String> now) {
        seen.keySet().retainAll(now.keySet());
        now.forEach((table, structure) -> {
            Seen before = seen.get(table);
            if (before == null || !before.structure().equals(structure)) {
                seen.put(table, new Seen(structure, SourcePosition.insert(route.source())));
            } else if (applied.isPast(before.until()) && recorded.containsKey(table)) {
                record(table, Objects.requireNonNull(recorded.get(table)), structure);
            }
        });
    }

    /**
     * The recorded shape was read after everything up to the position was applied. If the source still has the shape that it had at that
     * position, no command lies between, and both are of the same moment; one that is applied from here on replaces what is recorded
     * first, and then this replaces nothing.
     */
    private void record(TableName table, String recorded, String structure) {
        String again = new ShapeFingerprint(route.source()).read(List.of(table)).get(table);
        if (structure.equals(again)) {
            structures.replace(table, recorded, PartitionFiles.withFilesOf(structure, recorded), epoch);
            seen.remove(table);
        }
    }
}
