package org.dtssync.connectors.apply;

import java.util.HashSet;
import java.util.Set;

/**
 * A source snapshot, as {@code pg_current_snapshot()} prints it: which transactions it could see.
 *
 * @param xmin every transaction before this one has ended
 * @param xmax no transaction from this one on had begun
 * @param running transactions in between that were still running
 */
public record VisibleSnapshot(long xmin, long xmax, Set<Long> running) {

    /** Copies the set. */
    public VisibleSnapshot {
        running = Set.copyOf(running);
    }

    /** Reads the form {@code xmin:xmax:xid,xid,...}. */
    public static VisibleSnapshot parse(String text) {
        String[] parts = text.split(":", -1);
        Set<Long> running = new HashSet<>();
        for (String xid : parts[2].split(",", -1)) {
            if (!xid.isEmpty()) {
                running.add(Long.parseLong(xid));
            }
        }
        return new VisibleSnapshot(Long.parseLong(parts[0]), Long.parseLong(parts[1]), running);
    }

    /**
     * Returns whether the snapshot could see a committed transaction.
     *
     * @param xid the low 32 bits of its identifier; the stream has no more, and transactions that meet here are never 2^31
     *     apart
     */
    public boolean sees(long xid) {
        long full = widen(xid);
        return full < xmax && !running.contains(full);
    }

    private long widen(long xid) {
        long full = (xmax & 0xFFFFFFFF00000000L) | (xid & 0xFFFFFFFFL);
        if (full - xmax > 1L << 31) {
            return full - (1L << 32);
        }
        return xmax - full > 1L << 31 ? full + (1L << 32) : full;
    }
}
