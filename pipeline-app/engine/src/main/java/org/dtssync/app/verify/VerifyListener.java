package org.dtssync.app.verify;

/** Notified of a verification's progress. Called by the workers, one call at a time, so it must return quickly. */
@FunctionalInterface
public interface VerifyListener {

    /** Called after every chunk. */
    void advanced(VerifyAdvance advance);
}
