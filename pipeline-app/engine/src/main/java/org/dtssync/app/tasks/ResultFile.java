package org.dtssync.app.tasks;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that has its name once everything is in it. What is no file of a disk, such as a pipe or a device, is written as it is: it cannot be
 * replaced by another one. Not thread-safe.
 */
final class ResultFile implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final Path written;
    private final OutputStream out;

    private ResultFile(Path file, Path written) throws IOException {
        this.file = file;
        this.written = written;
        this.out = new BufferedOutputStream(Files.newOutputStream(written), BUFFER_BYTES);
    }

    /**
     * Opens a file, before anything that takes long.
     *
     * @throws IOException if it cannot be written
     */
    static ResultFile of(Path path) throws IOException {
        // What a link to a pipe leads to, such as that of /dev/stdout, need not have a name.
        boolean special = Files.exists(path) && !Files.isRegularFile(path);
        // A link to a file stays, and what it leads to is replaced.
        Path file = !special && Files.isSymbolicLink(path) && Files.exists(path) ? path.toRealPath() : path;
        return new ResultFile(file, special ? file : file.resolveSibling(file.getFileName() + ".unfinished"));
    }

    OutputStream out() {
        return out;
    }

    /** Call when everything is written. */
    void finish() throws IOException {
        out.close();
        if (!written.equals(file)) {
            Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() throws IOException {
        if (written.equals(file)) {
            out.close();
            return;
        }
        try (OutputStream open = out) {
            Files.deleteIfExists(written);
        }
    }
}
