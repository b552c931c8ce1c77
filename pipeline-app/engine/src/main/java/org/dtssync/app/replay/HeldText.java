package org.dtssync.app.replay;

import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/** Counts what is held in memory of changed rows, before the process runs out of it. Not thread-safe. */
final class HeldText {

    private static final long PER_ROW = 200;

    private static final long PER_VALUE = 56;

    private final long most;
    private long held;

    HeldText() {
        this(Runtime.getRuntime().maxMemory() / 10 * 6);
    }

    HeldText(long most) {
        this.most = most;
    }

    /** Counts a row that is held from now on; {@code sign} is -1 for one that no longer is. */
    void add(@Nullable Object @Nullable [] row, int sign) {
        if (row == null) {
            return;
        }
        long bytes = PER_ROW;
        for (Object value : row) {
            bytes += value instanceof String text ? PER_VALUE + text.length() : 8;
        }
        held += sign * bytes;
        if (held > most) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "More rows changed since the base than the memory holds.",
                    "Use a later base, or more memory (DTS_SYNC_JAVA_OPTS=-Xmx8g); dts-sync replay into needs no memory for them.");
        }
    }
}
