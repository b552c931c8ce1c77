package org.dtssync.app.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A directory for rows and secrets, which other accounts of the machine must not read. Stateless. */
final class PrivateDirectory {

    private PrivateDirectory() {}

    /** Creates a directory, or closes an existing one to others. */
    static void create(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
