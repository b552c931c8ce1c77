package org.dtssync.app.display;

/** The growth rate of a count between two samples. Used by one thread. */
final class Rate {

    private long lastCount;
    private long lastNanos = System.nanoTime();

    /** Returns the growth per second since the last sample. */
    double look(long count) {
        long now = System.nanoTime();
        double seconds = Math.max(1e-3, (now - lastNanos) / 1e9);
        double rate = (count - lastCount) / seconds;
        lastCount = count;
        lastNanos = now;
        return rate;
    }
}
