package org.dtssync.connectors.fault;

import java.io.IOException;

/**
 * An error that nobody expected: a defect, or a machine that failed. Its message may have a row's values, so a sentence names only its kind
 * and its place; the trace goes where its owner alone reads it. Stateless.
 */
public final class UnexpectedError {

    private UnexpectedError() {}

    /**
     * Returns the fault of a part that ended with such an error.
     *
     * @param part what ended, as the subject or object of a sentence
     */
    public static SyncException of(String part, Throwable error) {
        return new SyncException(
                FaultKind.INTERNAL, "An unexpected error stopped " + part + ": " + name(error) + ".", "", error);
    }

    /** Returns a phrase such as {@code NullPointerException at TableFold:97}. */
    public static String name(Throwable error) {
        String kind = error.getClass().getSimpleName();
        String message = error.getMessage();
        // What the machine and the file system say has no row in it.
        if (message != null && (error instanceof VirtualMachineError || error instanceof IOException)) {
            String line = message.lines().findFirst().orElse("").strip();
            return kind + ": " + (line.endsWith(".") ? line.substring(0, line.length() - 1) : line);
        }
        StackTraceElement[] trace = error.getStackTrace();
        if (trace.length == 0) {
            return kind;
        }
        String name = trace[0].getClassName();
        return kind + " at " + name.substring(name.lastIndexOf('.') + 1) + ":" + trace[0].getLineNumber();
    }
}
