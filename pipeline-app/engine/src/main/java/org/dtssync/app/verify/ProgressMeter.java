package org.dtssync.app.verify;

import java.util.List;

/** Tells the listener how far the comparison is and how long it will take. Used under its caller's lock. */
final class ProgressMeter {

    private final VerifyListener listener;
    private final long estimatedRows;
    private final long known;
    private final long startNanos = System.nanoTime();

    /** Creates one that begins at so many rows, which an earlier attempt found equal. */
    ProgressMeter(VerifyListener listener, List<ComparedTable> tables, long known) {
        this.listener = listener;
        this.known = known;
        this.estimatedRows =
                tables.stream().mapToLong(ComparedTable::estimatedRows).sum();
    }

    void advance(long rows) {
        listener.advanced(VerifyAdvance.atPaceOf(rows, estimatedRows, known, System.nanoTime() - startNanos));
    }
}
