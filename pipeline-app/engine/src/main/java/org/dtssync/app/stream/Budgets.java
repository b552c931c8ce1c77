package org.dtssync.app.stream;

import org.dtssync.connectors.apply.ApplySettings;
import org.dtssync.connectors.capture.CaptureSettings;

/**
 * How much is held in memory at a time, and how often the source's structure is looked at.
 *
 * @param cut when capture closes a cut, or sends a piece of a transaction that is too big for one
 * @param applyChanges changes that go into one write at the destination; more are written in pieces
 * @param applyBytes bytes of records that go into one write at the destination
 * @param structureMillis between two looks at the source's structure
 */
public record Budgets(CaptureSettings.Limits cut, int applyChanges, long applyBytes, long structureMillis) {

    private static final long STRUCTURE_MILLIS = 10_000;

    /** What is used unless a test wants to see pieces, or a change of the structure without waiting for it. */
    public static final Budgets DEFAULT = new Budgets(
            CaptureSettings.Limits.DEFAULT,
            ApplySettings.DEFAULT_CHANGES,
            ApplySettings.DEFAULT_BYTES,
            STRUCTURE_MILLIS);

    /** Returns the same with pieces of another size. */
    public Budgets withPieces(CaptureSettings.Limits limits, int changes, long bytes) {
        return new Budgets(limits, changes, bytes, structureMillis);
    }

    /** Returns the same with another pause between two looks at the structure. */
    public Budgets withStructureMillis(long millis) {
        return new Budgets(cut, applyChanges, applyBytes, millis);
    }
}
