package org.dtssync.connectors.avro;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToIntBiFunction;

/**
 * Asks for many ids at once. Stateless.
 *
 * @param threads requests that are under way at the same time
 */
record SideBySide(int threads) {

    /**
     * Returns the ids of those that could be asked for; an interrupt ends it early and stays set.
     *
     * @param wanted what is asked for, by name
     * @param ask returns one id; called by several threads
     */
    <T> Map<String, Integer> ids(Map<String, T> wanted, ToIntBiFunction<String, T> ask) {
        Map<String, Integer> ids = new HashMap<>();
        if (wanted.isEmpty()) {
            return ids;
        }
        ExecutorService askers = Executors.newFixedThreadPool(
                Math.min(threads, wanted.size()), task -> new Thread(task, "dts-sync-schemas"));
        try {
            Map<String, Future<Integer>> asked = new HashMap<>();
            wanted.forEach((name, each) -> asked.put(name, askers.submit(() -> ask.applyAsInt(name, each))));
            for (Map.Entry<String, Future<Integer>> answer : asked.entrySet()) {
                try {
                    ids.put(answer.getKey(), answer.getValue().get());
                } catch (ExecutionException e) {
                    // The record that needs it asks once more, and reports the fault in the order of the changes.
                    return ids;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            askers.shutdownNow();
        }
        return ids;
    }
}
