package org.dtssync.app.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A network link that can fail: a port that forwards every connection to a server's port, unless it is set to freeze,
 * to cut, to lose or to delay.
 *
 * <p>Thread-safe. Its threads end when it is closed.
 */
final class Link implements AutoCloseable {

    private static final int BUFFER_BYTES = 16_384;

    private final String name;
    private final int target;
    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private boolean frozen;
    private int delayMillis;
    private volatile boolean closed;

    private Link(String name, int target, ServerSocket listener) {
        this.name = name;
        this.target = target;
        this.listener = listener;
    }

    /**
     * Opens a link.
     *
     * @param name what is at its other end, for the names of its threads
     * @param target the port of 127.0.0.1 it leads to; nobody need listen there yet
     */
    static Link to(String name, int target) {
        try {
            Link link = new Link(name, target, new ServerSocket(0, 200, localhost()));
            link.start("accept", link::accept);
            return link;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetAddress localhost() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    /** Returns the port of 127.0.0.1 to connect to. */
    int port() {
        return listener.getLocalPort();
    }

    /** Returns how many connections are open. */
    int connections() {
        return connections.size();
    }

    /** From now on connections are accepted, and nothing passes on any. */
    synchronized void freeze() {
        frozen = true;
    }

    /** What was held back passes, in order. */
    synchronized void thaw() {
        frozen = false;
        notifyAll();
    }

    /** Every piece of data takes so long from now on, in milliseconds; 0 for no delay. */
    synchronized void delay(int millis) {
        delayMillis = millis;
    }

    /** Resets both ends of every connection. New ones pass. */
    void cut() {
        connections.forEach(Connection::reset);
    }

    /**
     * Resets dts-sync's end of every connection; the server is not notified, as behind a firewall that lost the connection. New
     * ones pass.
     */
    void lose() {
        connections.forEach(Connection::lose);
    }

    @Override
    public void close() {
        closed = true;
        thaw();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(Connection::reset);
    }

    private void start(String what, Runnable work) {
        Thread thread = new Thread(work, "link-" + name + "-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket near = listener.accept();
                start("connect", () -> connect(near));
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void connect(Socket near) {
        Connection connection = new Connection(near);
        connections.add(connection);
        if (!awaitFlow()) {
            connection.reset();
            return;
        }
        try {
            Socket far = new Socket(localhost(), target);
            far.setTcpNoDelay(true);
            near.setTcpNoDelay(true);
            connection.begin(far);
        } catch (IOException e) {
            // No server listens there: the client sees the same as without the link.
            connection.reset();
        }
    }

    /** Waits while the link is frozen; returns whether it is open. */
    private synchronized boolean awaitFlow() {
        try {
            while (frozen && !closed) {
                wait();
            }
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private synchronized int delayMillis() {
        return delayMillis;
    }

    /** One connection: the near end is dts-sync's, the far end the server's. */
    private final class Connection {

        private final Socket near;
        private volatile @Nullable Socket far;
        private volatile boolean lost;

        Connection(Socket near) {
            this.near = near;
        }

        void begin(Socket toServer) {
            far = toServer;
            start("there", () -> pump(near, toServer));
            start("back", () -> pump(toServer, near));
        }

        private void pump(Socket from, Socket to) {
            byte[] buffer = new byte[BUFFER_BYTES];
            try {
                InputStream input = from.getInputStream();
                OutputStream output = to.getOutputStream();
                for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                    if (!awaitFlow()) {
                        break;
                    }
                    pause();
                    if (!lost) {
                        output.write(buffer, 0, count);
                    }
                }
                awaitFlow();
            } catch (IOException e) {
                // One end is gone, and so is the connection.
            }
            if (!lost) {
                end(false);
            }
        }

        private void pause() {
            int millis = delayMillis();
            if (millis > 0) {
                try {
                    TimeUnit.MILLISECONDS.sleep(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        void lose() {
            lost = true;
            close(near, true);
        }

        void reset() {
            end(true);
        }

        private void end(boolean abruptly) {
            connections.remove(this);
            close(near, abruptly);
            if (far != null) {
                close(far, abruptly);
            }
        }

        private void close(Socket socket, boolean abruptly) {
            try {
                if (abruptly && !socket.isClosed()) {
                    socket.setSoLinger(true, 0);
                }
                socket.close();
            } catch (IOException e) {
                // It was closed from the other side at the same moment.
            }
        }
    }
}
