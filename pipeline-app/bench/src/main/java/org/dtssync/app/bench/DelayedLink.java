package org.dtssync.app.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * A port that forwards every connection to a server's port, each byte later than it came: the server is far away, and the line is not narrow.
 *
 * <p>Thread-safe. Its threads end when it is closed.
 */
final class DelayedLink implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 << 10;

    /** What one direction of a connection holds, as the window of a long connection does. */
    private static final int WINDOW_BYTES = 16 << 20;

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private final LongAdder questions = new LongAdder();
    private volatile int roundTripMillis;
    private volatile boolean closed;

    /** Bytes that are under way, and when they arrive; none at the end of the connection. */
    private record Arrival(long nanoTime, ByteBuffer bytes) {}

    private DelayedLink(ServerSocket listener) {
        this.listener = listener;
    }

    /** Opens a link that leads nowhere yet. */
    static DelayedLink open() {
        try {
            DelayedLink link = new DelayedLink(new ServerSocket(0, 200, localhost()));
            link.start("accept", link::accept);
            return link;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetAddress localhost() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    /** Sets the port of 127.0.0.1 it leads to. */
    DelayedLink to(int port) {
        target = port;
        return this;
    }

    /** Returns the port of 127.0.0.1 to connect to. */
    int port() {
        return listener.getLocalPort();
    }

    /** Sets how long the way there and back takes from now on, in milliseconds. */
    void roundTrip(int millis) {
        roundTripMillis = millis;
    }

    /**
     * Returns how often so far something was sent to the server by a client that had waited for an answer on the same connection, or had just opened it.
     * Each is a round trip; those of several connections may lie side by side.
     */
    long questions() {
        return questions.sum();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket near = listener.accept();
                sockets.add(near);
                start("connect", () -> connect(near));
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void connect(Socket near) {
        try {
            // Opening a connection takes a round trip of its own.
            TimeUnit.MILLISECONDS.sleep(roundTripMillis);
            Socket far = new Socket(localhost(), target);
            sockets.add(far);
            far.setTcpNoDelay(true);
            near.setTcpNoDelay(true);
            AtomicBoolean answered = new AtomicBoolean(true);
            carry(near, far, () -> {
                if (answered.getAndSet(false)) {
                    questions.increment();
                }
            });
            carry(far, near, () -> answered.set(true));
        } catch (IOException e) {
            // No server listens there: the client sees the same as without the link.
            close(near);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void carry(Socket from, Socket to, Runnable left) {
        BlockingQueue<Arrival> underWay = new LinkedBlockingQueue<>();
        Semaphore window = new Semaphore(WINDOW_BYTES);
        start("leave", () -> leave(from, underWay, window, left));
        start("arrive", () -> arrive(from, to, underWay, window));
    }

    private void leave(Socket from, BlockingQueue<Arrival> underWay, Semaphore window, Runnable left) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream input = from.getInputStream();
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                left.run();
                window.acquire(count);
                underWay.add(new Arrival(due(), ByteBuffer.wrap(Arrays.copyOf(buffer, count))));
            }
        } catch (IOException e) {
            // One end is gone, and so is the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.add(new Arrival(due(), ByteBuffer.allocate(0)));
        }
    }

    private long due() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(roundTripMillis) / 2;
    }

    private void arrive(Socket from, Socket to, BlockingQueue<Arrival> underWay, Semaphore window) {
        try {
            OutputStream output = to.getOutputStream();
            for (Arrival next = underWay.take(); next.bytes().hasRemaining(); next = underWay.take()) {
                TimeUnit.NANOSECONDS.sleep(next.nanoTime() - System.nanoTime());
                output.write(next.bytes().array());
                window.release(next.bytes().remaining());
            }
        } catch (IOException e) {
            // One end is gone, and so is the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            window.release(WINDOW_BYTES);
            close(from);
            close(to);
        }
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // It was closed from the other side at the same moment.
        }
    }

    private void start(String what, Runnable work) {
        Thread thread = new Thread(work, "link-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.forEach(this::close);
    }
}
