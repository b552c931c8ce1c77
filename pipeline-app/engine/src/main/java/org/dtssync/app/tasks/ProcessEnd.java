package org.dtssync.app.tasks;

import org.dtssync.connectors.kafka.UnpackedLibraries;

/** Ends the process of an entry point. Stateless. */
public final class ProcessEnd {

    private ProcessEnd() {}

    /**
     * Ends the process at once. Threads of libraries (Kafka, Debezium) may still be alive; of these only what they unpacked
     * has to be removed.
     */
    public static void halt(int exitCode) {
        UnpackedLibraries.remove();
        Runtime.getRuntime().halt(exitCode);
    }
}
