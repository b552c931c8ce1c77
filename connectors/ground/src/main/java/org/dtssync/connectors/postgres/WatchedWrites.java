package org.dtssync.connectors.postgres;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Writes to a socket, and closes it when a write gets nowhere and its server does not answer: Java knows no time limit for a
 * write, and one to a connection whose other end takes nothing any more waits for ever.
 *
 * <p>One thread writes. A thread of its own watches sockets through which much goes; it ends with the socket.
 */
final class WatchedWrites extends OutputStream {

    /** As much fits between the two ends anyhow, so that less than this never waits. */
    private static final long UNWATCHED_BYTES = 65_536;

    private final Socket socket;
    private final OutputStream stream;
    private final Duration quiet;
    private final BooleanSupplier answers;
    private long written;
    private boolean isWatched;

    /** When the write that is under way began; 0 while there is none. */
    private volatile long writingSinceNanos;

    /**
     * Creates a stream.
     *
     * @param quiet how long a write may take before the server is asked, and how long between two questions
     * @param answers asks the server
     */
    WatchedWrites(Socket socket, OutputStream stream, Duration quiet, BooleanSupplier answers) {
        this.socket = socket;
        this.stream = stream;
        this.quiet = quiet;
        this.answers = answers;
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        written += length;
        if (!isWatched && written > UNWATCHED_BYTES) {
            isWatched = true;
            Thread watch = new Thread(this::watch, "socket-watch-" + socket.getLocalPort());
            watch.setDaemon(true);
            watch.start();
        }
        writingSinceNanos = System.nanoTime() | 1;
        try {
            stream.write(bytes, offset, length);
        } finally {
            writingSinceNanos = 0;
        }
    }

    @Override
    public void flush() throws IOException {
        stream.flush();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private void watch() {
        int unanswered = 0;
        while (!socket.isClosed()) {
            long began = writingSinceNanos;
            LockSupport.parkNanos(Math.min(quiet.toNanos(), TimeUnit.SECONDS.toNanos(2)));
            long now = writingSinceNanos;
            if (now == 0 || now != began) {
                unanswered = 0;
            } else if (System.nanoTime() - now > quiet.toNanos() * (unanswered + 1)) {
                unanswered = answers.getAsBoolean() ? 0 : unanswered + 1;
                if (unanswered >= WatchedSocket.TRIES) {
                    close(socket);
                }
            }
        }
    }

    /** The thread that writes gets an error of its own. */
    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
            return;
        }
    }
}
