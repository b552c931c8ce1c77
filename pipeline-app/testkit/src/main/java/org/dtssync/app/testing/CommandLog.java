package org.dtssync.app.testing;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a command logs that runs in the process of its test to the standard error of that command: what its thread logs, and those
 * that it started. What other threads log is not for it.
 */
public final class CommandLog extends OutputStreamAppender<ILoggingEvent> {

    /** Not a field of an object: the log makes the appender by itself. */
    private static final InheritableThreadLocal<@Nullable OutputStream> STANDARD_ERROR = new InheritableThreadLocal<>();

    /** Sends what this thread logs from now on, and those that it starts, to a stream. */
    static void of(OutputStream standardError) {
        STANDARD_ERROR.set(standardError);
    }

    @Override
    public void start() {
        setOutputStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                OutputStream stream = STANDARD_ERROR.get();
                if (stream != null) {
                    stream.write(bytes, from, length);
                }
            }
        });
        super.start();
    }

    /** Printing an error writes its trace to a file, which only a command is to do. */
    @Override
    protected void append(ILoggingEvent event) {
        if (STANDARD_ERROR.get() != null) {
            super.append(event);
        }
    }
}
