package org.dtssync.app.config;

/**
 * Section {@code verify}: how both databases are verified.
 *
 * @param rowsPerSecond limit of source rows read per second; 0 for no limit
 */
public record VerificationSettings(long rowsPerSecond) {

    /** The defaults. */
    public static final VerificationSettings DEFAULT = new VerificationSettings(0);
}
