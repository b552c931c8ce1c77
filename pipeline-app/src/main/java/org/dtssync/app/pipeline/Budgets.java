package org.dtssync.app.pipeline;

import org.dtssync.connectors.apply.ApplySettings;
import org.dtssync.connectors.capture.CaptureSettings;

/**
 * How much is held in memory at a time.
 *
 * @param cut when capture closes a cut, or sends a piece of a transaction that is too big for one
 * @param applyChanges changes that go into one write at the destination; more are written in pieces
 * @param applyBytes bytes of records that go into one write at the destination
 */
record Budgets(CaptureSettings.Limits cut, int applyChanges, long applyBytes) {

    /** What is used unless a test wants to see pieces. */
    static final Budgets DEFAULT =
            new Budgets(CaptureSettings.Limits.DEFAULT, ApplySettings.DEFAULT_CHANGES, ApplySettings.DEFAULT_BYTES);
}
