package org.dtssync.connectors.kafka;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509TrustManager;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Finds out what answers at the addresses of {@code bootstrap.servers}, before Kafka's client connects there.
 *
 * <p>The client takes the first four bytes of an answer for a length and allocates as much memory (KAFKA-4090): a port that
 * speaks TLS, HTTP or PostgreSQL's protocol ends the process with an OutOfMemoryError. So each address is asked once for the versions
 * it supports, which every broker answers before a login. Stateless.
 */
public final class BrokerAddresses {

    private static final Pattern ADDRESS =
            Pattern.compile("(?:[0-9a-zA-Z%._-]*://)?(?:\\[([^\\]]+)\\]|([^:]+)):(\\d+)");
    private static final Set<String> PROTOCOLS = Set.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int API_VERSIONS = 18;
    private static final int CORRELATION = 0x6474732d;

    /** More than any broker answers to this request. */
    private static final int LONGEST_ANSWER = 1 << 20;

    private BrokerAddresses() {}

    /** What was found at an address. */
    public enum Found {
        /** A broker that speaks what {@code security.protocol} says. */
        BROKER,
        /** Nothing accepts connections there. */
        NOTHING,
        /** Connections are accepted, and nothing is answered in time. */
        SILENCE,
        /** Something that must not be given to Kafka's client. */
        OTHER
    }

    /**
     * An address and what was found there.
     *
     * @param address as in {@code bootstrap.servers}
     * @param found what was found
     * @param reason what was wrong, a phrase that follows the address; empty for a broker
     * @param remedy what to do about it; empty if there is nothing to say
     */
    public record Answer(String address, Found found, String reason, String remedy) {}

    /**
     * Checks each address, one after the other.
     *
     * @param properties client properties with {@code bootstrap.servers}
     */
    public static List<Answer> look(Map<String, String> properties) {
        return look(properties, ANSWER);
    }

    /**
     * Checks each address, one after the other.
     *
     * @param properties client properties with {@code bootstrap.servers}
     * @param limit how long an answer may take
     */
    public static List<Answer> look(Map<String, String> properties, Duration limit) {
        String protocol =
                properties.getOrDefault("security.protocol", "PLAINTEXT").toUpperCase(Locale.ROOT);
        if (!PROTOCOLS.contains(protocol)) {
            // The client names the property.
            return List.of();
        }
        boolean encrypted = protocol.endsWith("SSL");
        List<Answer> answers = new ArrayList<>();
        for (String address : properties.getOrDefault("bootstrap.servers", "").split(",", -1)) {
            Matcher parts = ADDRESS.matcher(address.strip());
            if (parts.matches()) {
                String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
                answers.add(look(address.strip(), host, Integer.parseInt(parts.group(3)), encrypted, limit));
            }
        }
        return answers;
    }

    /**
     * Refuses addresses that Kafka's client must not connect to. What cannot be reached now is left to the client, which waits for it.
     *
     * @return what was found at each address
     * @throws SyncException of kind PRECHECK that names the address, what answers there, and the remedy
     */
    public static List<Answer> requireNoOther(Map<String, String> properties) {
        List<Answer> answers = look(properties);
        for (Answer answer : answers) {
            if (answer.found() == Found.OTHER) {
                throw new SyncException(
                        FaultKind.PRECHECK,
                        "Kafka address " + answer.address() + " " + answer.reason() + ".",
                        answer.remedy());
            }
        }
        return answers;
    }

    private static Answer look(String address, String host, int port, boolean encrypted, Duration limit) {
        try {
            return encrypted ? lookEncrypted(address, host, port, limit) : lookPlain(address, host, port, limit);
        } catch (SocketTimeoutException e) {
            return new Answer(
                    address,
                    e.getMessage() != null && e.getMessage().startsWith("Connect") ? Found.NOTHING : Found.SILENCE,
                    "does not answer within " + limit.toSeconds() + " s",
                    "Check that a broker runs there, and that no firewall drops the connection.");
        } catch (UnknownHostException e) {
            return new Answer(
                    address, Found.NOTHING, "cannot be resolved", "Correct the host in kafka.bootstrap.servers.");
        } catch (ConnectException e) {
            return new Answer(
                    address, Found.NOTHING, "refuses the connection", "Check that a broker runs there, and its port.");
        } catch (IOException e) {
            return new Answer(
                    address,
                    Found.NOTHING,
                    "closes the connection (" + e.getMessage() + ")",
                    "Check that a broker runs there, and that security.protocol is what it speaks.");
        }
    }

    private static Answer lookPlain(String address, String host, int port, Duration limit) throws IOException {
        try (Socket socket = connect(host, port, limit)) {
            return answerTo(address, socket);
        }
    }

    private static Answer answerTo(String address, Socket socket) throws IOException {
        socket.getOutputStream().write(request());
        socket.getOutputStream().flush();
        byte[] head = new byte[8];
        try {
            new DataInputStream(socket.getInputStream()).readFully(head);
        } catch (EOFException e) {
            return new Answer(
                    address,
                    Found.NOTHING,
                    "closes the connection without an answer",
                    "Check that a broker runs there; if it expects TLS, set kafka.security.protocol to SSL or SASL_SSL.");
        }
        return judge(address, head);
    }

    private static Answer judge(String address, byte[] head) {
        String start = new String(head, StandardCharsets.ISO_8859_1);
        int length = ByteBuffer.wrap(head).getInt();
        if (ByteBuffer.wrap(head, 4, 4).getInt() == CORRELATION && length > 0 && length < LONGEST_ANSWER) {
            return new Answer(address, Found.BROKER, "", "");
        }
        String remedy = "Correct kafka.bootstrap.servers: it takes the brokers' own port, usually 9092.";
        if (head[0] == 0x15 && head[1] == 3) {
            return new Answer(
                    address,
                    Found.OTHER,
                    "answers with TLS",
                    "Set kafka.security.protocol to SSL, or to SASL_SSL with the SASL properties.");
        }
        if (start.startsWith("HTTP/")) {
            return new Answer(address, Found.OTHER, "answers with HTTP: it is no broker", remedy);
        }
        if (head[0] == 'E' || head[0] == 'N') {
            return new Answer(address, Found.OTHER, "answers like a PostgreSQL server: it is no broker", remedy);
        }
        return new Answer(address, Found.OTHER, "answers with something that is not Kafka's protocol", remedy);
    }

    private static Answer lookEncrypted(String address, String host, int port, Duration limit) throws IOException {
        try (Socket plain = connect(host, port, limit);
                SSLSocket socket =
                        (SSLSocket) anyCertificate().getSocketFactory().createSocket(plain, host, port, true)) {
            socket.startHandshake();
            return new Answer(address, Found.BROKER, "", "");
        } catch (SSLHandshakeException e) {
            // A broker without TLS takes the first bytes for a length that is too large, and closes the connection.
            boolean refused = e.getMessage() != null && e.getMessage().contains("alert");
            return refused ? new Answer(address, Found.BROKER, "", "") : withoutTls(address, host, port, limit);
        } catch (SSLException e) {
            return withoutTls(address, host, port, limit);
        }
    }

    private static Answer withoutTls(String address, String host, int port, Duration limit) throws IOException {
        Answer plain = lookPlain(address, host, port, limit);
        return switch (plain.found()) {
            case BROKER ->
                new Answer(
                        address,
                        Found.OTHER,
                        "answers without TLS",
                        "Set kafka.security.protocol to PLAINTEXT, or to SASL_PLAINTEXT with the SASL properties.");
            // It does speak TLS; what it refused is the client's to say.
            case OTHER -> plain.reason().equals("answers with TLS") ? new Answer(address, Found.BROKER, "", "") : plain;
            case NOTHING, SILENCE -> plain;
        };
    }

    private static Socket connect(String host, int port, Duration limit) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoTimeout((int) limit.toMillis());
            long connect = Math.max(CONNECT.toMillis(), limit.toMillis() / 5);
            socket.connect(new InetSocketAddress(host, port), (int) connect);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** An ApiVersions request of version 0, which has an empty body; every broker answers it, also before a login. */
    private static byte[] request() {
        byte[] client = "dts-sync".getBytes(StandardCharsets.UTF_8);
        ByteBuffer request = ByteBuffer.allocate(4 + 2 + 2 + 4 + 2 + client.length);
        request.putInt(request.capacity() - 4);
        request.putShort((short) API_VERSIONS).putShort((short) 0).putInt(CORRELATION);
        request.putShort((short) client.length).put(client);
        return request.array();
    }

    /** Only for finding out whether TLS is spoken: nothing is sent over it, and Kafka's client checks the certificate. */
    private static SSLContext anyCertificate() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new X509TrustManager[] {new AnyCertificate()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has TLS", e);
        }
    }

    /** Accepts every certificate. */
    private static final class AnyCertificate implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
