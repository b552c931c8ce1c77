package org.dtssync.app.chaos;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A small file system in memory that can be filled up, where this account may mount one. Not thread-safe. */
final class SmallDisk implements AutoCloseable {

    private static final int SIZE_MEGABYTES = 256;
    private static final int COMMAND_TIMEOUT_SECONDS = 20;

    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /** Mounts one over a directory that it makes; empty where that is not allowed. */
    static Optional<SmallDisk> mount(Path directory) throws IOException, InterruptedException {
        if (new UnixSystem().getUid() != 0) {
            return Optional.empty();
        }
        Files.createDirectories(directory);
        boolean mounted = succeeds(List.of(
                "mount", "-t", "tmpfs", "-o", "size=" + SIZE_MEGABYTES + "m", "dts-sync-chaos", directory.toString()));
        return mounted ? Optional.of(new SmallDisk(directory)) : Optional.empty();
    }

    private static boolean succeeds(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(COMMAND_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return false;
        }
        return process.exitValue() == 0;
    }

    /** Returns an empty directory on it. */
    Path newDirectory(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    /** Takes all space that is left. */
    void fill() throws IOException {
        byte[] block = new byte[1 << 16];
        try (OutputStream filler = Files.newOutputStream(filler())) {
            while (directory.toFile().getUsableSpace() > 0) {
                filler.write(block);
            }
        } catch (IOException e) {
            if (directory.toFile().getUsableSpace() > block.length) {
                throw e;
            }
            // The last block did not fit: that is what was wanted.
        }
    }

    /** Gives the space back. */
    void free() throws IOException {
        Files.deleteIfExists(filler());
    }

    private Path filler() {
        return directory.resolve("filler");
    }

    @Override
    public void close() {
        try {
            succeeds(List.of("umount", "-l", directory.toString()));
        } catch (IOException e) {
            throw new ChaosException("The file system at " + directory + " could not be unmounted.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
