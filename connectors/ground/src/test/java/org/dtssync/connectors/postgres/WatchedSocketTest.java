package org.dtssync.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a socket makes of a server that says nothing, and of one that does not even take up the phone. */
@Timeout(60)
class WatchedSocketTest {

    private static final Duration QUIET = Duration.ofMillis(200);

    private ServerSocket server;
    private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
    private volatile boolean answering = true;

    /** Says nothing on the first connection, and one byte on every later one while it answers. */
    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::accept, "test-server");
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        for (Socket socket : accepted) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                accepted.add(socket);
                if (accepted.size() > 1 && answering) {
                    socket.getOutputStream().write('N');
                }
            }
        } catch (IOException e) {
            assertThat(server.isClosed()).isTrue();
        }
    }

    @Test
    void waitsAsLongAsTheServerAnswersOthers() throws IOException {
        try (Socket socket = connect()) {
            Thread late = new Thread(() -> {
                // The first connection, and one for each question that was asked meanwhile.
                await().atMost(Duration.ofSeconds(30)).until(() -> accepted.size() > 3);
                try {
                    accepted.peek().getOutputStream().write(7);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            late.start();

            assertThat(socket.getInputStream().read()).isEqualTo(7);
            assertThat(accepted).hasSizeGreaterThan(3);
        }
    }

    @Test
    void endsAReadWhenTheServerAnswersNobody() throws IOException {
        answering = false;
        try (Socket socket = connect()) {
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessage("The server did not answer 3 times in a row");
        }
    }

    @Test
    void endsTheReadsOfAReaderThatPolls() throws IOException {
        answering = false;
        try (Socket socket = connect()) {
            socket.setSoTimeout(1);
            assertThatThrownBy(() -> {
                        while (true) {
                            try {
                                socket.getInputStream().read();
                            } catch (SocketTimeoutException nothingYet) {
                                assertThat(socket.getSoTimeout()).isEqualTo(1);
                            }
                        }
                    })
                    .isInstanceOf(SocketException.class)
                    .hasMessage("The server did not answer 3 times in a row");
        }
    }

    @Test
    void keepsTheReadersOwnTimeLimit() throws IOException {
        try (Socket socket = connect()) {
            socket.setSoTimeout((int) QUIET.toMillis() * 3);
            long began = System.nanoTime();

            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(QUIET.multipliedBy(3));
        }
    }

    @Test
    void endsAWriteThatGetsNowhereWhenTheServerAnswersNobody() throws IOException {
        answering = false;
        try (Socket socket = connect()) {
            OutputStream output = socket.getOutputStream();
            byte[] much = new byte[1 << 20];
            assertThatThrownBy(() -> {
                        while (true) {
                            output.write(much);
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new WatchedSocket(QUIET, QUIET);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()), 5_000);
        return socket;
    }
}
