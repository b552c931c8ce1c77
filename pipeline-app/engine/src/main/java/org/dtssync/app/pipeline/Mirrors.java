package org.dtssync.app.pipeline;

import java.util.List;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.prepare.Mirror;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Refuses what two tasks that replicate against each other cannot do. Stateless. */
public final class Mirrors {

    private Mirrors() {}

    /**
     * Requires that no other task replicates in the opposite direction.
     *
     * @param what a sentence that says what cannot be done because of it
     * @throws SyncException of kind USAGE if one does
     */
    public static void requireNone(TaskFile task, String what) {
        List<String> mirrors = Mirror.of(task)
                .map(mirror -> List.of(task.name()))
                .orElseGet(() -> Mirror.mirrorsOf(Route.forReading(task)));
        if (!mirrors.isEmpty()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "This task has a mirror that replicates in the opposite direction: " + String.join(", ", mirrors)
                            + ". " + what,
                    "Run dts-sync release with the mirror's task file first; docs/switchover.md describes how to use such a pair.");
        }
    }
}
