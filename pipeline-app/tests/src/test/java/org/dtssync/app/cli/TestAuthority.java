package org.dtssync.app.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority that signs certificates, made by Java's own keytool. Its files are in one directory. */
final class TestAuthority {

    /** Opens every file. */
    static final String PASSWORD = "changeit";

    private static final String CA = "ca";
    private static final String USER = "user";

    private final Path directory;
    private final Path store;
    private final Certificate certificate;

    TestAuthority(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        this.directory = directory;
        this.store = directory.resolve("authority.p12");
        keytool(new byte[0], store, CA, "-genkeypair", "-keyalg", "EC", "-dname", "CN=authority", "-ext", "bc:c");
        this.certificate = load(store).getCertificate(CA);
        Files.writeString(root(), pem("CERTIFICATE", certificate.getEncoded()));
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry(CA, certificate);
        save(trust, trustStore());
    }

    /** Returns the authority's certificate for PostgreSQL's clients and servers. */
    Path root() {
        return directory.resolve("authority.pem");
    }

    /** Returns the authority's certificate for Java's clients. */
    Path trustStore() {
        return directory.resolve("trust.p12");
    }

    /**
     * A key with a certificate that the authority signed.
     *
     * @param store both, for Java and for PostgreSQL's driver
     * @param key the key for a PostgreSQL server
     * @param chain the certificate for a PostgreSQL server
     */
    record Signed(Path store, Path key, Path chain) {

        /** Returns what an HTTPS server serves with. */
        SSLContext context() throws IOException, GeneralSecurityException {
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(load(store), PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        }
    }

    /**
     * Signs a new key.
     *
     * @param name its common name, and that of its files
     * @param options of keytool for the certificate, such as its subject or its validity
     */
    Signed sign(String name, String... options) throws IOException, InterruptedException, GeneralSecurityException {
        Path keys = directory.resolve(name + ".p12");
        keytool(new byte[0], keys, USER, "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name);
        byte[] request = keytool(new byte[0], keys, USER, "-certreq");
        List<String> sign = new ArrayList<>(List.of("-gencert", "-rfc"));
        sign.addAll(Arrays.asList(options));
        byte[] signed = keytool(request, store, CA, sign.toArray(new String[0]));
        Certificate own = CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(signed));
        KeyStore both = load(keys);
        Key key = both.getKey(USER, PASSWORD.toCharArray());
        both.setKeyEntry(USER, key, PASSWORD.toCharArray(), new Certificate[] {own, certificate});
        save(both, keys);
        return new Signed(
                keys,
                Files.writeString(directory.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded())),
                Files.writeString(directory.resolve(name + ".pem"), pem("CERTIFICATE", own.getEncoded())));
    }

    private static byte[] keytool(byte[] input, Path store, String alias, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(Arrays.asList(arguments));
        command.addAll(List.of("-alias", alias, "-keystore", store.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", PASSWORD));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input);
        }
        byte[] output = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed: " + new String(output, StandardCharsets.UTF_8));
        }
        return output;
    }

    private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    }

    private static void save(KeyStore keys, Path file) throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(file)) {
            keys.store(out, PASSWORD.toCharArray());
        }
    }

    private static String pem(String kind, byte[] bytes) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }
}
