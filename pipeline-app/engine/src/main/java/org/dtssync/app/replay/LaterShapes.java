package org.dtssync.app.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.FollowedState;
import org.dtssync.app.state.FollowedTable;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/**
 * What the tables of a base have become since, as the task recorded it at its destination, which is only read. Immutable.
 *
 * @param shapes by table; those that have not changed are absent
 */
public record LaterShapes(Map<TableName, LaterShape> shapes) {

    private static final Set<FaultKind> OUT_OF_REACH =
            Set.of(FaultKind.CONNECTION, FaultKind.ACCESS, FaultKind.PERMISSION, FaultKind.USAGE);

    /** Copies the map. */
    public LaterShapes {
        shapes = Map.copyOf(shapes);
    }

    /** Reads them; there are none where the destination is gone, or has forgotten the task. */
    public static LaterShapes read(TaskFile file, BaseManifest manifest) {
        Map<TableName, FollowedTable> followed = new HashMap<>();
        state(file)
                .ifPresent(state -> state.tables().stream()
                        .filter(FollowedTable::isFollowed)
                        .forEach(table -> followed.put(table.table(), table)));
        Map<TableName, LaterShape> shapes = new HashMap<>();
        for (BaseTable table : manifest.tables()) {
            Optional.ofNullable(followed.get(table.table()))
                    .flatMap(now -> LaterShape.of(table, now, manifest.cut().lsn()))
                    .ifPresent(later -> shapes.put(table.table(), later));
        }
        return new LaterShapes(shapes);
    }

    private static Optional<FollowedState> state(TaskFile file) {
        try {
            return Route.forReading(file)
                    .destination()
                    .inTransaction(
                            "What the task recorded of its tables could not be read",
                            connection -> FollowedState.read(connection, file.name()));
        } catch (SyncException e) {
            if (OUT_OF_REACH.contains(e.kind())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Returns the same without tables that commands have changed, which are in the topics. */
    public LaterShapes without(Set<TableName> tables) {
        Map<TableName, LaterShape> others = new HashMap<>(shapes);
        others.keySet().removeAll(tables);
        return new LaterShapes(others);
    }

    /** Returns what has become of a table; empty if nothing is known. */
    public Optional<LaterShape> of(TableName table) {
        return Optional.ofNullable(shapes.get(table));
    }
}
