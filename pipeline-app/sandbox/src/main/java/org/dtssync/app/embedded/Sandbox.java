package org.dtssync.app.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Where the binaries of embedded servers are: apart from the distribution, which has none.
 *
 * @param home the sandbox's directory
 */
public record Sandbox(Path home) {

    /** Finds the sandbox by the system property that the start scripts set; in a build it is {@code target/sandbox}. */
    public static Sandbox find() {
        return new Sandbox(Path.of(System.getProperty("dts.sync.sandbox", "target/sandbox"))
                .toAbsolutePath()
                .normalize());
    }

    /**
     * Returns a file or directory of the sandbox.
     *
     * @throws SyncException if it is not there
     */
    public Path part(String name) {
        Path part = home.resolve(name);
        if (!Files.exists(part)) {
            throw new SyncException(FaultKind.USAGE, "The sandbox has no " + part + ".", "Run scripts/build first.");
        }
        return part;
    }
}
