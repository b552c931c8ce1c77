package org.dtssync.app.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * The location of the embedded servers' binaries: next to the jars of the distribution.
 *
 * @param home the distribution's directory
 */
public record Distribution(Path home) {

    /** Finds the distribution by the system property that the start script sets; in a build it is {@code target/dts-sync}. */
    public static Distribution find() {
        return new Distribution(
                Path.of(System.getProperty("dts.sync.home", "target/dts-sync")).toAbsolutePath());
    }

    /**
     * Returns a file or directory of the distribution.
     *
     * @throws SyncException if it does not exist
     */
    public Path part(String name) {
        Path part = home.resolve(name);
        if (!Files.exists(part)) {
            throw new SyncException(
                    FaultKind.USAGE, "The distribution has no " + part + ".", "Run scripts/build first.");
        }
        return part;
    }
}
