package org.dtssync.app.config;

/**
 * Section {@code verify}: how both databases are compared.
 *
 * @param rowsPerSecond how many rows of the source are read in a second at most; 0 for no limit
 */
public record VerificationSettings(long rowsPerSecond) {

    /** What holds where the task file says nothing. */
    public static final VerificationSettings DEFAULT = new VerificationSettings(0);
}
