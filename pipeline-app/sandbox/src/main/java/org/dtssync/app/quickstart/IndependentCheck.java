package org.dtssync.app.quickstart;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dtssync.connectors.postgres.TableName;

/** Reads every table whole from both databases and compares, as a second opinion on the verification. Stateless. */
final class IndependentCheck {

    private static final int ENDS = 2;

    private IndependentCheck() {}

    /**
     * One table at both ends.
     *
     * @param source what the source holds
     * @param destination what the destination holds
     */
    record Outcome(TableDigest source, TableDigest destination) {

        boolean equal() {
            return source.equals(destination);
        }
    }

    /** Compares all tables of the shop; nobody may write meanwhile. */
    static Map<TableName, Outcome> run(Shop shop) throws InterruptedException {
        List<TableName> tables = shop.tables();
        ExecutorService readers = Executors.newFixedThreadPool(ENDS, work -> {
            Thread thread = new Thread(work, "quickstart-check");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<TableDigest>> source = new ArrayList<>();
            List<Future<TableDigest>> destination = new ArrayList<>();
            for (TableName table : tables) {
                source.add(readers.submit(() -> TableDigest.of(table, shop.source())));
                destination.add(readers.submit(() -> TableDigest.of(table, shop.destination())));
            }
            Map<TableName, Outcome> outcomes = new LinkedHashMap<>();
            for (int i = 0; i < tables.size(); i++) {
                outcomes.put(tables.get(i), new Outcome(Waiting.on(source.get(i)), Waiting.on(destination.get(i))));
            }
            return outcomes;
        } finally {
            readers.shutdownNow();
        }
    }
}
