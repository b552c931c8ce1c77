package org.dtssync.app.bench;

import org.jspecify.annotations.Nullable;

/** A reason why a measurement would not be valid; its text is all the user needs. */
final class BenchException extends RuntimeException {

    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
