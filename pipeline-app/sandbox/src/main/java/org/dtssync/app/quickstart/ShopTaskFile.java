package org.dtssync.app.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TaskFileReader;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * The task file of a run, written as a user would write it, and read as the command line reads it. Immutable.
 *
 * @param path where it is
 * @param text what it says
 */
record ShopTaskFile(Path path, String text) {

    /** Writes it, and the password it points to, which only this account may read. */
    static ShopTaskFile write(Path directory, QuickstartServers servers, Shop shop) {
        String text = """
                name: shop
                source:      { url: "%s", user: %s, password: "${file:password}" }
                destination: { url: "%s", user: %s, password: "${file:password}" }
                kafka:       { bootstrap.servers: "%s" }
                registry:    { url: "%s" }
                objects:     { include: [ "shop.*", "audit.*" ] }
                snapshot:    { workers: 2, chunk.rows: 20000 }
                """.formatted(
                        servers.source().url(Shop.DATABASE),
                        Shop.MIGRATOR,
                        servers.destination().url(Shop.DATABASE),
                        Shop.MIGRATOR,
                        servers.kafka().bootstrapServers(),
                        servers.registry().url());
        try {
            Path password = Files.createFile(
                    directory.resolve("password"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(password, shop.password());
            Path path = Files.writeString(directory.resolve("shop.yaml"), text);
            return new ShopTaskFile(path, text);
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.INTERNAL,
                    "The task file could not be written to " + directory + ": " + e.getMessage() + ".",
                    "Make room there, or set TMPDIR to another directory.",
                    e);
        }
    }

    /** Reads and validates it. */
    TaskFile read() {
        return new TaskFileReader().read(path);
    }
}
