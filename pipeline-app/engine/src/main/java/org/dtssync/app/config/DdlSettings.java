package org.dtssync.app.config;

import org.dtssync.schemas.DdlMode;

/**
 * Section {@code ddl}: what happens when the structure of the source changes.
 *
 * @param mode of a task that begins
 * @param imageBytes the size of a table, in bytes, up to which the source sends the rows that a command has written itself
 */
public record DdlSettings(DdlMode mode, long imageBytes) {

    private static final long IMAGE_BYTES = 64L << 20;

    /** Settings with the usual limit. */
    public DdlSettings(DdlMode mode) {
        this(mode, IMAGE_BYTES);
    }

    /** What a task file without the section says. */
    public static final DdlSettings DEFAULT = new DdlSettings(DdlMode.STOP);
}
