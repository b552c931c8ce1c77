package org.dtssync.app.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import org.dtssync.connectors.fault.UnexpectedError;

/**
 * The file of a process with the traces of its unexpected errors: {@code dts-sync-error-PID.log} in the working directory, or in the
 * directory for temporary files if that cannot be written. It is created at the first one, readable for its owner alone: a message
 * inside a trace may have a row's values. Stateless.
 */
public final class TraceFile {

    /** An error that repeats forever does not fill a disk. */
    private static final long MOST_BYTES = 8L << 20;

    private TraceFile() {}

    /**
     * Writes the trace of an error that ends a command.
     *
     * @return the file; empty if no file can be written
     */
    public static Optional<Path> write(String what, Throwable error) {
        return append(what, new ThrowableProxy(error));
    }

    static Optional<Path> write(ILoggingEvent event) {
        IThrowableProxy error = event.getThrowableProxy();
        return error == null
                ? Optional.empty()
                : append(event.getLoggerName() + ": " + event.getFormattedMessage(), error);
    }

    /** Returns a phrase that names an error without the values that its message may have. */
    static String summary(IThrowableProxy error) {
        return error instanceof ThrowableProxy proxy
                ? UnexpectedError.name(proxy.getThrowable())
                : error.getClassName().substring(error.getClassName().lastIndexOf('.') + 1);
    }

    private static Optional<Path> append(String what, IThrowableProxy error) {
        String name = "dts-sync-error-" + ProcessHandle.current().pid() + ".log";
        byte[] text = (Instant.now() + " " + what + "\n" + ThrowableProxyUtil.asString(error) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        for (Path directory :
                new Path[] {Path.of("").toAbsolutePath(), Path.of(System.getProperty("java.io.tmpdir"))}) {
            Path file = directory.resolve(name);
            if (append(file, text)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static boolean append(Path file, byte[] text) {
        // A thread that is being stopped could not write.
        boolean interrupted = Thread.interrupted();
        try {
            create(file);
            if (Files.size(file) < MOST_BYTES) {
                Files.write(file, text, StandardOpenOption.APPEND);
            }
            return true;
        } catch (ClosedByInterruptException e) {
            interrupted = true;
            return false;
        } catch (IOException e) {
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void create(Path file) throws IOException {
        if (Files.exists(file)) {
            return;
        }
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(file);
        }
    }
}
