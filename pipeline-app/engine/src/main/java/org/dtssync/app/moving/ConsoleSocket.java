package org.dtssync.app.moving;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.dtssync.app.config.PgBouncerSettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.ssl.NonValidatingFactory;
import org.postgresql.util.PSQLException;

/**
 * Connects to PgBouncer's console, by TLS wherever it offers that. Without a root certificate any certificate will do, as with
 * sslmode=prefer of PostgreSQL's clients; with one there is no way around TLS, and certificate and host name must be right.
 *
 * @param settings where it is
 * @param limitMillis for each step, in milliseconds
 */
public record ConsoleSocket(PgBouncerSettings settings, int limitMillis) {

    private static final int REQUEST_BYTES = 8;
    private static final int TLS_REQUEST = 80877103;

    /** Returns a connected socket on which the login can begin. */
    Socket open() throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(settings.host(), settings.port()), limitMillis);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(limitMillis);
            if (offersTls(socket)) {
                return secured(socket);
            }
            if (settings.rootCertificate().isPresent()) {
                throw new SyncException(
                        FaultKind.CONNECTION,
                        "PgBouncer at " + settings.host() + ":" + settings.port() + " does not offer TLS.",
                        "Set client_tls_sslmode there, or take switchover.pgbouncer.root.certificate out of the task file.");
            }
            return socket;
        } catch (IOException | SyncException e) {
            close(socket, e);
            throw e;
        }
    }

    private static void close(Socket socket, Exception cause) {
        try {
            socket.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static boolean offersTls(Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(ByteBuffer.allocate(REQUEST_BYTES)
                .putInt(REQUEST_BYTES)
                .putInt(TLS_REQUEST)
                .array());
        out.flush();
        int answer = socket.getInputStream().read();
        if (answer != 'S' && answer != 'N') {
            throw new IOException("what answers there does not speak PostgreSQL's protocol");
        }
        return answer == 'S';
    }

    private Socket secured(Socket plain) throws IOException {
        SSLSocket socket = (SSLSocket) factory().createSocket(plain, settings.host(), settings.port(), true);
        if (settings.rootCertificate().isPresent()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
        }
        try {
            socket.startHandshake();
            return socket;
        } catch (SSLException e) {
            throw new SyncException(
                    FaultKind.CONNECTION,
                    "PgBouncer at " + settings.host() + ":" + settings.port() + " could not be spoken to by TLS: "
                            + e.getMessage() + ".",
                    "switchover.pgbouncer.root.certificate names the authority that issued its certificate, which must be"
                            + " made out to this host.",
                    e);
        }
    }

    private SSLSocketFactory factory() throws IOException {
        Optional<Path> root = settings.rootCertificate();
        try {
            if (root.isEmpty()) {
                return new NonValidatingFactory(null);
            }
            Properties properties = new Properties();
            properties.setProperty("sslmode", "verify-full");
            properties.setProperty("sslrootcert", root.get().toString());
            return new LibPQFactory(properties);
        } catch (PSQLException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The certificate " + root.orElseThrow()
                            + " of switchover.pgbouncer.root.certificate cannot be used: " + e.getMessage() + ".",
                    "Name a file with the certificate of the authority that issued PgBouncer's, in PEM.",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS is not available in this Java", e);
        }
    }
}
