package org.dtssync.connectors.postgres;

import java.nio.file.Path;

/**
 * A {@code pg_dump} that is installed on this machine.
 *
 * @param path where it is
 * @param major its major version; it reads servers of this version and older ones
 */
public record PgDumpProgram(Path path, int major) {

    @Override
    public String toString() {
        return path + " (version " + major + ")";
    }
}
