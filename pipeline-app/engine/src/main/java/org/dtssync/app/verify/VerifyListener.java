package org.dtssync.app.verify;

/** Told how far a verification is. Called by the workers, one call at a time, so it must return quickly. */
@FunctionalInterface
public interface VerifyListener {

    /** Called after every chunk. */
    void advanced(VerifyAdvance advance);
}
