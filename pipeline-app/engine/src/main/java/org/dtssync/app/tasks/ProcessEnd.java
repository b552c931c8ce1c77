package org.dtssync.app.tasks;

import org.dtssync.connectors.kafka.UnpackedLibraries;

/** Ends the process of an entry point. Stateless. */
public final class ProcessEnd {

    private ProcessEnd() {}

    /**
     * Ends the process at once. Threads of libraries (Kafka's, Debezium's) may still be alive; they are no longer needed,
     * except that their unpacked files are removed.
     */
    public static void halt(int exitCode) {
        UnpackedLibraries.remove();
        Runtime.getRuntime().halt(exitCode);
    }
}
