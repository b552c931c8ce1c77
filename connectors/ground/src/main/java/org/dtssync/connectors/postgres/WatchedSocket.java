package org.dtssync.connectors.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * A socket that aborts a read or write when its server no longer responds. A read timeout could not detect that: an index may take
 * hours to build without sending anything. So while a connection is silent, a second one probes the same server for its first
 * response, which needs no account and almost no resources; when several probes in a row fail, the first connection is considered dead. If only this
 * one connection was lost, TCP keepalive detects it or, while sent data is not acknowledged, TCP itself after about fifteen minutes.
 *
 * <p>As thread-safe as any socket; one thread reads.
 */
final class WatchedSocket extends Socket {

    /** How long a connection is silent before the server is probed, and the interval between two probes. */
    static final Duration QUIET = Duration.ofSeconds(10);

    /** How long the server may take to respond. */
    static final Duration ANSWER = Duration.ofSeconds(8);

    /** Failed probes after which the connection is considered dead. */
    static final int TRIES = 3;

    private static final int KEEPALIVE_IDLE_SECONDS = 20;
    private static final int KEEPALIVE_INTERVAL_SECONDS = 5;
    private static final int KEEPALIVE_COUNT = 4;

    /** PostgreSQL's SSLRequest: length and code. The response is one byte. */
    private static final byte[] QUESTION = {0, 0, 0, 8, 0x04, (byte) 0xd2, 0x16, 0x2f};

    private final Duration quiet;
    private final Duration answer;
    private @Nullable InputStream input;
    private @Nullable OutputStream output;
    private volatile int readTimeoutMillis;
    private long lastSignNanos;
    private int unanswered;

    WatchedSocket() {
        this(QUIET, ANSWER);
    }

    /** Creates a socket with other limits. */
    WatchedSocket(Duration quiet, Duration answer) {
        this.quiet = quiet;
        this.answer = answer;
    }

    @Override
    public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
        super.connect(endpoint, timeoutMillis);
        lastSignNanos = System.nanoTime();
        if (supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
            setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_SECONDS);
            setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_COUNT);
        }
        setSoTimeout(0);
    }

    @Override
    public synchronized void setSoTimeout(int millis) throws SocketException {
        readTimeoutMillis = millis;
        int ours = (int) quiet.toMillis();
        super.setSoTimeout(millis == 0 ? ours : Math.min(millis, ours));
    }

    @Override
    public synchronized int getSoTimeout() {
        return readTimeoutMillis;
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        if (input == null) {
            input = new Watched(super.getInputStream());
        }
        return input;
    }

    @Override
    public synchronized OutputStream getOutputStream() throws IOException {
        if (output == null) {
            output = new WatchedWrites(this, super.getOutputStream(), quiet, this::answers);
        }
        return output;
    }

    private final class Watched extends InputStream {

        private final InputStream stream;

        Watched(InputStream stream) {
            this.stream = stream;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            long began = System.nanoTime();
            while (true) {
                try {
                    int count = stream.read(bytes, offset, length);
                    lastSignNanos = System.nanoTime();
                    unanswered = 0;
                    return count;
                } catch (SocketTimeoutException e) {
                    requireAnswer(began);
                    int limit = readTimeoutMillis;
                    if (limit > 0 && System.nanoTime() - began >= TimeUnit.MILLISECONDS.toNanos(limit)) {
                        throw e;
                    }
                }
            }
        }

        @Override
        public int available() throws IOException {
            return stream.available();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /**
     * Probes the server if this connection was silent for long enough. A connection that was not read from for a while was not
     * necessarily silent: its time starts with this read.
     */
    private void requireAnswer(long readBeganNanos) throws IOException {
        long now = System.nanoTime();
        boolean polled = readTimeoutMillis > 0 && readTimeoutMillis < quiet.toMillis();
        long since = polled ? lastSignNanos : Math.max(lastSignNanos, readBeganNanos);
        if (now - since < quiet.toNanos()) {
            return;
        }
        if (answers()) {
            unanswered = 0;
        } else {
            unanswered++;
        }
        lastSignNanos = System.nanoTime();
        if (unanswered >= TRIES) {
            // Not a timeout, which a polling reader would mistake for nothing to read.
            throw new SocketException("The server did not respond " + TRIES + " times in a row");
        }
    }

    private boolean answers() {
        int millis = (int) answer.toMillis();
        try (Socket socket = new Socket()) {
            socket.connect(getRemoteSocketAddress(), millis);
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(QUESTION);
            return socket.getInputStream().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }
}
