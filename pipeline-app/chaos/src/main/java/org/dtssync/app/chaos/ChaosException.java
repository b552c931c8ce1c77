package org.dtssync.app.chaos;

/** A promise was broken, or the stage itself does not work. Immutable. */
public final class ChaosException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ChaosException(String message) {
        super(message);
    }

    ChaosException(String message, Throwable cause) {
        super(message, cause);
    }
}
