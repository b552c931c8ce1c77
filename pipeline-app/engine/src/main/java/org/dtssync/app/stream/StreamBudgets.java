package org.dtssync.app.stream;

import org.dtssync.connectors.apply.ApplySettings;
import org.dtssync.connectors.capture.CaptureSettings;

/**
 * Memory bounds, and how often the source's table shapes are checked.
 *
 * @param cut when capture closes a cut, or sends a piece of a transaction that is too big for one
 * @param applyChanges changes that go into one write at the destination; more are written in pieces
 * @param applyBytes bytes of records that go into one write at the destination
 * @param structureMillis between two checks of the source's table shapes
 */
public record StreamBudgets(CaptureSettings.Limits cut, int applyChanges, long applyBytes, long structureMillis) {

    private static final long STRUCTURE_MILLIS = 10_000;

    /** The defaults; tests use others to see pieces, or a schema change without a long wait. */
    public static final StreamBudgets DEFAULT = new StreamBudgets(
            CaptureSettings.Limits.DEFAULT,
            ApplySettings.DEFAULT_CHANGES,
            ApplySettings.DEFAULT_BYTES,
            STRUCTURE_MILLIS);

    /** Returns the same with pieces of another size. */
    public StreamBudgets withPieces(CaptureSettings.Limits limits, int changes, long bytes) {
        return new StreamBudgets(limits, changes, bytes, structureMillis);
    }

    /** Returns the same with another pause between two checks. */
    public StreamBudgets withStructureMillis(long millis) {
        return new StreamBudgets(cut, applyChanges, applyBytes, millis);
    }
}
