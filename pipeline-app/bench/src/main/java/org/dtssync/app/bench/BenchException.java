package org.dtssync.app.bench;

/** Something that keeps a measurement from being true; its text is all the user needs. */
final class BenchException extends RuntimeException {

    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
