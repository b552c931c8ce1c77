package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;

/** Writes what nobody reads yet. Stateless. */
final class Backlog {

    private Backlog() {}

    /** Runs statements without waiting for each commit; returns how long that took, in seconds. */
    static double write(Database source, String... statements) {
        long start = System.nanoTime();
        List<String> all = new ArrayList<>();
        all.add("SET synchronous_commit = off");
        all.addAll(List.of(statements));
        // The commits above are asynchronous; what is not yet in the WAL could not be read by any contender.
        all.add("CHECKPOINT");
        source.execute(all.toArray(String[]::new));
        return (System.nanoTime() - start) / 1e9;
    }
}
