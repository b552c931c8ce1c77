package org.dtssync.app.tasks;

import org.dtssync.connectors.kafka.UnpackedLibraries;

/** Ends the process of an entry point. Stateless. */
public final class ProcessEnd {

    private ProcessEnd() {}

    /**
     * Ends the process at once. Threads of libraries (Kafka's, Debezium's) may still be alive; nothing of theirs is needed any
     * more but that what they unpacked is removed.
     */
    public static void halt(int exitCode) {
        UnpackedLibraries.remove();
        Runtime.getRuntime().halt(exitCode);
    }
}
