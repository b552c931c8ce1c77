package org.dtssync.connectors.fault;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The exception of every expected failure: a kind for callers, and a sentence and a remedy for people.
 *
 * <p>Neither text may contain a secret or a row's values: both reach logs and the task's state.
 */
public final class SyncException extends RuntimeException {

    private final FaultKind kind;
    private final String what;
    private final String remedy;

    /**
     * Creates a fault without a cause.
     *
     * @param kind what sort of fault
     * @param what one sentence that names the thing that failed
     * @param remedy what to do about it; may be empty, never null
     */
    public SyncException(FaultKind kind, String what, String remedy) {
        this(kind, what, remedy, null);
    }

    /**
     * Creates a fault with the exception that led to it.
     *
     * @param kind what sort of fault
     * @param what one sentence that names the thing that failed
     * @param remedy what to do about it; may be empty, never null
     * @param cause the exception behind it, or null
     */
    public SyncException(FaultKind kind, String what, String remedy, @Nullable Throwable cause) {
        super(remedy.isEmpty() ? what : what + " " + remedy, cause);
        this.kind = Objects.requireNonNull(kind);
        this.what = Objects.requireNonNull(what);
        this.remedy = Objects.requireNonNull(remedy);
    }

    /** Returns both sentences, never null. */
    @Override
    public String getMessage() {
        return remedy.isEmpty() ? what : what + " " + remedy;
    }

    /** Returns the kind, never null. */
    public FaultKind kind() {
        return kind;
    }

    /** Returns the sentence that names what failed, never null. */
    public String what() {
        return what;
    }

    /** Returns what to do about it, possibly empty, never null. */
    public String remedy() {
        return remedy;
    }
}
