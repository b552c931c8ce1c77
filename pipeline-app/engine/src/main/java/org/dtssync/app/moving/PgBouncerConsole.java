package org.dtssync.app.moving;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.app.config.PgBouncerSettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session at PgBouncer's console, the database {@code pgbouncer}, in PostgreSQL's simple query protocol.
 *
 * <p>Not by JDBC: the driver sends {@code SET extra_float_digits} to every server that calls itself older than 12, and the
 * console, which gives PgBouncer's own version, ends the session for it. Used by one thread.
 */
public final class PgBouncerConsole implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PgBouncerConsole.class);

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final int PROTOCOL = 3 << 16;
    private static final int LONGEST_MESSAGE_BYTES = 64 << 20;

    private final PgBouncerSettings settings;
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    /** A message of the server's. */
    private record Message(char type, DataInputStream body) {}

    private PgBouncerConsole(PgBouncerSettings settings, Socket socket) throws IOException {
        this.settings = settings;
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        // PgBouncer refuses a first message that does not come in one piece.
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    /**
     * Logs in.
     *
     * @throws SyncException of kind CONNECTION if nothing answers, of kind PERMISSION if the account is refused
     */
    static PgBouncerConsole open(PgBouncerSettings settings) {
        Socket socket;
        try {
            socket = new ConsoleSocket(settings, (int) ANSWER_LIMIT.toMillis()).open();
        } catch (IOException e) {
            throw unreachable(settings, e);
        }
        try {
            PgBouncerConsole console = new PgBouncerConsole(settings, socket);
            console.logIn();
            return console;
        } catch (IOException e) {
            closeAfter(socket, e);
            throw unreachable(settings, e);
        } catch (SyncException e) {
            closeAfter(socket, e);
            throw e;
        }
    }

    private static void closeAfter(Socket socket, Exception cause) {
        try {
            socket.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static SyncException unreachable(PgBouncerSettings settings, IOException e) {
        return new SyncException(
                FaultKind.CONNECTION,
                "PgBouncer at " + settings.host() + ":" + settings.port() + " could not be asked: "
                        + (e instanceof EOFException ? "it ended the session" : e.getMessage()) + ".",
                "See that it runs, and that switchover.pgbouncer.console names it.",
                e);
    }

    private void logIn() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String text : List.of("user", settings.user(), "database", "pgbouncer", "client_encoding", "UTF8")) {
            body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            body.write(0);
        }
        body.write(0);
        out.writeInt(body.size() + 8);
        out.writeInt(PROTOCOL);
        out.write(body.toByteArray());
        out.flush();
        ConsoleLogin login = new ConsoleLogin(settings.user(), settings.password());
        for (Message message = read(); message.type() != 'Z'; message = read()) {
            if (message.type() == 'E') {
                throw refused(errorOf(message));
            }
            if (message.type() == 'R') {
                byte[] answer = login.answer(message.body().readAllBytes());
                if (answer.length > 0) {
                    send('p', answer);
                }
            }
        }
    }

    private SyncException refused(String why) {
        return new SyncException(
                FaultKind.PERMISSION,
                "PgBouncer at " + settings.host() + ":" + settings.port() + " refuses account " + settings.user() + ": "
                        + why + ".",
                "Check switchover.pgbouncer.user and password; the account belongs into admin_users.");
    }

    /**
     * Gives a command.
     *
     * @return its rows, each with the columns' names; empty for a command without rows
     * @throws SyncException of kind CONNECTION if no answer comes within ten seconds, of kind PERMISSION if it is refused
     */
    List<Map<String, String>> ask(String command) {
        return ask(command, ANSWER_LIMIT);
    }

    /** Gives a command that may take a while; one without an answer in time fails and closes the session. */
    List<Map<String, String>> ask(String command, Duration limit) {
        try {
            socket.setSoTimeout((int) Math.max(1, limit.toMillis()));
            byte[] text = command.getBytes(StandardCharsets.UTF_8);
            byte[] body = new byte[text.length + 1];
            System.arraycopy(text, 0, body, 0, text.length);
            send('Q', body);
            return answer(command);
        } catch (SocketTimeoutException e) {
            closeAfter(socket, e);
            throw new SyncException(
                    FaultKind.TRANSIENT,
                    "PgBouncer did not finish " + command + " within " + limit.toMillis() + " ms.",
                    "",
                    e);
        } catch (IOException e) {
            closeAfter(socket, e);
            throw unreachable(settings, e);
        }
    }

    private List<Map<String, String>> answer(String command) throws IOException {
        List<String> columns = List.of();
        List<Map<String, String>> rows = new ArrayList<>();
        String error = null;
        for (Message message = read(); message.type() != 'Z'; message = read()) {
            switch (message.type()) {
                case 'T' -> columns = columns(message);
                case 'D' -> rows.add(row(message, columns));
                case 'E' -> error = errorOf(message);
                default -> {}
            }
        }
        if (error != null) {
            throw new SyncException(
                    FaultKind.PERMISSION,
                    "PgBouncer refuses " + command + ": " + error + ".",
                    "The account " + settings.user() + " belongs into its admin_users.");
        }
        return rows;
    }

    private static List<String> columns(Message message) throws IOException {
        DataInputStream body = message.body();
        List<String> names = new ArrayList<>();
        for (int left = body.readUnsignedShort(); left > 0; left--) {
            names.add(text(body));
            body.skipNBytes(18);
        }
        return names;
    }

    private static Map<String, String> row(Message message, List<String> columns) throws IOException {
        DataInputStream body = message.body();
        Map<String, String> row = new LinkedHashMap<>();
        int count = body.readUnsignedShort();
        for (int i = 0; i < count; i++) {
            int length = body.readInt();
            row.put(columns.get(i), length < 0 ? null : new String(body.readNBytes(length), StandardCharsets.UTF_8));
        }
        return row;
    }

    private static String errorOf(Message message) throws IOException {
        DataInputStream body = message.body();
        for (int field = body.read(); field > 0; field = body.read()) {
            String value = text(body);
            if (field == 'M') {
                return value;
            }
        }
        return "no reason given";
    }

    private static String text(DataInputStream body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = body.readUnsignedByte(); next != 0; next = body.readUnsignedByte()) {
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private Message read() throws IOException {
        char type = (char) in.readUnsignedByte();
        int length = in.readInt() - Integer.BYTES;
        if (length < 0 || length > LONGEST_MESSAGE_BYTES) {
            throw new IOException("what answers there does not speak PostgreSQL's protocol");
        }
        byte[] body = new byte[length];
        in.readFully(body);
        return new Message(type, new DataInputStream(new ByteArrayInputStream(body)));
    }

    private void send(char type, byte[] body) throws IOException {
        out.writeByte(type);
        out.writeInt(body.length + Integer.BYTES);
        out.write(body);
        out.flush();
    }

    /** Ends the session, if it has not ended already. */
    @Override
    public void close() {
        try (socket) {
            if (!socket.isClosed()) {
                send('X', new byte[0]);
            }
        } catch (IOException e) {
            LOG.debug("The console had ended its session already. reason={}", e.getMessage());
        }
    }
}
