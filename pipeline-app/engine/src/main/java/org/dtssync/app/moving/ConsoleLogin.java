package org.dtssync.app.moving;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a login in PostgreSQL's protocol: trust, password, md5 and SCRAM-SHA-256 (RFC 5802 and 7677, without
 * channel binding). One object serves one login, in one thread.
 */
public final class ConsoleLogin {

    private static final int DONE = 0;
    private static final int CLEAR_TEXT = 3;
    private static final int MD5 = 5;
    private static final int SASL = 10;
    private static final int SASL_CONTINUE = 11;
    private static final int SASL_FINAL = 12;

    private static final String MECHANISM = "SCRAM-SHA-256";
    private static final String NO_CHANNEL_BINDING = "n,,";
    private static final int NONCE_BYTES = 18;

    private final String user;
    private final String password;
    private String clientFirst = "";
    private byte[] serverSignature = {};

    ConsoleLogin(String user, @Nullable String password) {
        this.user = user;
        this.password = password == null ? "" : password;
    }

    /** Returns the answer to an authentication message; empty if none is to be sent. */
    byte[] answer(byte[] request) {
        ByteBuffer body = ByteBuffer.wrap(request);
        int kind = body.getInt();
        byte[] rest = Arrays.copyOfRange(request, Integer.BYTES, request.length);
        try {
            return switch (kind) {
                case DONE -> new byte[0];
                case CLEAR_TEXT -> terminated(password);
                case MD5 -> terminated("md5" + hex(hex(utf8(password + user)), rest));
                case SASL -> first(new String(rest, StandardCharsets.UTF_8));
                case SASL_CONTINUE -> last(new String(rest, StandardCharsets.UTF_8));
                case SASL_FINAL -> checked(new String(rest, StandardCharsets.UTF_8));
                default -> throw unknown("a login of type " + kind);
            };
        } catch (GeneralSecurityException e) {
            throw new SyncException(FaultKind.INTERNAL, "The login at PgBouncer could not be computed.", "", e);
        }
    }

    private static SyncException unknown(String what) {
        return new SyncException(
                FaultKind.USAGE,
                "PgBouncer's console asks for " + what + ", which dts-sync does not support.",
                "Let its account log in by trust, password, md5 or scram-sha-256.");
    }

    private static String hex(byte[] text) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text));
    }

    private static String hex(String text, byte[] salt) throws GeneralSecurityException {
        byte[] bytes = utf8(text);
        return hex(ByteBuffer.allocate(bytes.length + salt.length)
                .put(bytes)
                .put(salt)
                .array());
    }

    private byte[] first(String mechanisms) {
        if (!Arrays.asList(mechanisms.split("\0")).contains(MECHANISM)) {
            throw unknown("a login other than " + MECHANISM);
        }
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        // PostgreSQL takes the name from the first message of the session.
        clientFirst = "n=,r=" + Base64.getEncoder().encodeToString(nonce);
        byte[] message = utf8(NO_CHANNEL_BINDING + clientFirst);
        byte[] name = terminated(MECHANISM);
        return ByteBuffer.allocate(name.length + Integer.BYTES + message.length)
                .put(name)
                .putInt(message.length)
                .put(message)
                .array();
    }

    private byte[] last(String serverFirst) throws GeneralSecurityException {
        Map<String, String> fields = fields(serverFirst);
        String nonce = fields.getOrDefault("r", "");
        if (!nonce.startsWith(clientFirst.substring("n=,r=".length()))) {
            throw unknown("a login with a foreign nonce");
        }
        byte[] salt = Base64.getDecoder().decode(fields.getOrDefault("s", ""));
        byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(
                        password.toCharArray(), salt, Integer.parseInt(fields.getOrDefault("i", "4096")), 256))
                .getEncoded();
        String withoutProof = "c=" + Base64.getEncoder().encodeToString(utf8(NO_CHANNEL_BINDING)) + ",r=" + nonce;
        byte[] exchange = utf8(clientFirst + "," + serverFirst + "," + withoutProof);
        byte[] clientKey = mac(salted, utf8("Client Key"));
        byte[] proof = mac(MessageDigest.getInstance("SHA-256").digest(clientKey), exchange);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        serverSignature = mac(mac(salted, utf8("Server Key")), exchange);
        return utf8(withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof));
    }

    /** A server that does not know the password is not the one that was meant. */
    private byte[] checked(String serverFinal) {
        byte[] signature = Base64.getDecoder().decode(fields(serverFinal).getOrDefault("v", ""));
        if (!MessageDigest.isEqual(signature, serverSignature)) {
            throw unknown("a login without knowing the account's password");
        }
        return new byte[0];
    }

    private static Map<String, String> fields(String message) {
        Map<String, String> fields = new HashMap<>();
        for (String field : message.split(",", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals), field.substring(equals + 1));
            }
        }
        return fields;
    }

    private static byte[] mac(byte[] key, byte[] text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text);
    }

    private static byte[] terminated(String text) {
        return utf8(text + "\0");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
