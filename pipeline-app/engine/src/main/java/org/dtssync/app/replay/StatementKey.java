package org.dtssync.app.replay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** A private Ed25519 key with which statements are signed. Immutable. */
public final class StatementKey {

    private static final String ALGORITHM = "Ed25519";

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";

    private static final String END = "-----END PRIVATE KEY-----";

    private final PrivateKey key;

    private StatementKey(PrivateKey key) {
        this.key = key;
    }

    /**
     * Reads a key.
     *
     * @param file as {@code openssl genpkey -algorithm ed25519} writes it
     * @throws SyncException of kind USAGE if it is none
     */
    public static StatementKey read(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.USAGE, "Key file " + file + " cannot be read.", "Name a file with a private key.", e);
        }
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        try {
            if (begin < 0 || end < begin) {
                throw new GeneralSecurityException("There is no unencrypted private key in it");
            }
            byte[] bytes = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
            return new StatementKey(KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(bytes)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Key file " + file + " has no Ed25519 key that can be used.",
                    "Make one with: openssl genpkey -algorithm ed25519 -out NEW.pem",
                    e);
        }
    }

    /** Returns the signature of a text in UTF-8, in Base64. */
    public String sign(String text) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A key that was read can sign", e);
        }
    }

    /** Leaves out the key. */
    @Override
    public String toString() {
        return "StatementKey";
    }
}
