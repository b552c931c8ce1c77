package org.dtssync.connectors.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A key with a self-signed certificate, made by Java's own keytool.
 *
 * @param store a PKCS12 file with both, which serves as trust store too
 */
public record TestCertificate(Path store) implements AutoCloseable {

    /** Opens the file. */
    public static final String PASSWORD = "changeit";

    /**
     * Creates one.
     *
     * @param directory where its file is put
     * @param subject whom it is for, such as {@code ip:127.0.0.1} or {@code dns:registry.example}
     */
    public static TestCertificate create(Path directory, String subject, String... options)
            throws IOException, InterruptedException {
        Path store = Files.createTempFile(directory, "certificate", ".p12");
        Files.delete(store);
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "san=" + subject,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(List.of(options));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool failed: " + output);
        }
        return new TestCertificate(store);
    }

    /** Returns what a server that has it serves with. */
    public SSLContext context() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store)) {
            keys.load(file, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** Opens a server socket that speaks TLS. */
    public ServerSocket serverSocket() throws IOException, GeneralSecurityException {
        return context().getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(store);
    }
}
