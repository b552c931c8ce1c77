package org.dtssync.app.display;

/** How fast a count grows between two looks. Used by one thread. */
final class Rate {

    private long lastCount;
    private long lastNanos = System.nanoTime();

    /** Returns the growth a second since the last look. */
    double look(long count) {
        long now = System.nanoTime();
        double seconds = Math.max(1e-3, (now - lastNanos) / 1e9);
        double rate = (count - lastCount) / seconds;
        lastCount = count;
        lastNanos = now;
        return rate;
    }
}
