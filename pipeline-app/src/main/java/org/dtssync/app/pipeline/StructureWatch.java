package org.dtssync.app.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dtssync.app.catalog.StructureChange;
import org.dtssync.app.catalog.StructureFingerprint;
import org.dtssync.app.progress.TableProgress;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/**
 * Compares the source's structure with the one the task was prepared with: some changes (a default, a rewriting type change,
 * an attached partition, a new table) send no row that capture could notice them by.
 *
 * <p>Thread-safe.
 */
final class StructureWatch {

    private static final long INTERVAL_MILLIS = 10_000;

    private final TaskParts parts;

    StructureWatch(TaskParts parts) {
        this.parts = parts;
    }

    /** Looks every ten seconds until interrupted; throws at the first change. */
    void run() throws InterruptedException {
        while (true) {
            check();
            Thread.sleep(INTERVAL_MILLIS);
        }
    }

    /**
     * Looks once.
     *
     * @throws SyncException of kind STRUCTURE_CHANGED that names every change
     */
    void check() {
        Map<TableName, String> stored = parts.progress().structures();
        List<TableName> tables =
                parts.progress().tables().stream().map(TableProgress::table).toList();
        StructureFingerprint fingerprint = new StructureFingerprint(parts.source());
        List<StructureChange> changes = new ArrayList<>(StructureFingerprint.changes(stored, fingerprint.read(tables)));
        changes.addAll(fingerprint.newTables(parts.task().objects(), tables));
        if (!changes.isEmpty()) {
            throw changed(changes);
        }
    }

    private static SyncException changed(List<StructureChange> changes) {
        String what = changes.stream().map(StructureChange::toString).collect(Collectors.joining("; "));
        String table = changes.get(0).table().toString();
        return new SyncException(
                FaultKind.STRUCTURE_CHANGED,
                "The source's structure changed: " + what + ".",
                "Make the same change at the destination, then run with --accept-structure " + table
                        + "; or with --resnapshot " + table + " where existing rows changed.");
    }
}
