package org.dtssync.app.quickstart;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * The one directory that holds every file of a run. It is removed in the end, whatever the end is: a shell waits at a pipe
 * that this process holds open, and removes the directory if the pipe closes before it was told that all is done.
 *
 * <p>Not thread-safe.
 */
final class Workplace implements AutoCloseable {

    private static final int TRIES = 20;
    private static final long PAUSE_MILLIS = 100;

    /** Servers that lose this process end within moments; until then they may still write. */
    private static final String REMOVE_UNLESS_TOLD = """
            trap '' INT TERM HUP QUIT
            read -r line && exit 0
            tries=0
            while [ -e "$1" ] && [ $tries -lt 100 ]; do
                rm -rf -- "$1"
                tries=$((tries + 1))
                sleep 0.1
            done
            """;

    private final Path directory;
    private final Process remover;

    private Workplace(Path directory, Process remover) {
        this.directory = directory;
        this.remover = remover;
    }

    /** Makes a new directory in the temporary directory, which only this account may read. */
    static Workplace create() {
        try {
            Path directory = Files.createTempDirectory("dts-sync-quickstart-");
            Process remover = new ProcessBuilder("sh", "-c", REMOVE_UNLESS_TOLD, "sh", directory.toString())
                    .directory(Path.of("/").toFile())
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            return new Workplace(directory, remover);
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "No directory could be made in " + System.getProperty("java.io.tmpdir") + ": " + e.getMessage()
                            + ".",
                    "Make room there, or set TMPDIR to another directory.",
                    e);
        }
    }

    /** Returns the directory. */
    Path directory() {
        return directory;
    }

    /** Removes the directory; what cannot be removed yet is left to the shell, which tries after this process is gone. */
    @Override
    public void close() {
        for (int i = 0; i < TRIES && Files.exists(directory); i++) {
            if (!FileUtils.deleteQuietly(directory.toFile()) && !pause()) {
                return;
            }
        }
        if (Files.exists(directory)) {
            return;
        }
        try (var told = remover.getOutputStream()) {
            told.write("done\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The shell is gone, and there is nothing left for it to do.
            remover.destroyForcibly();
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
