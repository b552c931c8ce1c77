package org.dtssync.app.config;

import org.dtssync.schemas.DdlMode;

/**
 * Section {@code ddl}: what happens when the structure of the source changes.
 *
 * @param mode of a task that begins
 */
public record DdlSettings(DdlMode mode) {

    /** What a task file without the section says. */
    public static final DdlSettings DEFAULT = new DdlSettings(DdlMode.STOP);
}
