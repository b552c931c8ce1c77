package org.dtssync.connectors.fault;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** What is wrong between the certificates of a server and those known here, found in the exceptions of any client. */
public enum TlsProblem {
    /** The server's certificate has expired. */
    EXPIRED("its certificate has expired"),
    /** It is not valid yet, or this machine's clock is wrong. */
    NOT_YET_VALID("its certificate is not valid yet, or the clock here is wrong"),
    /** It is for another host. */
    OTHER_HOST("its certificate is for another host"),
    /** Nobody here trusts who signed it. */
    UNTRUSTED("its certificate is signed by an authority that is not trusted here"),
    /** The server refuses the client's certificate, or misses one. */
    CLIENT_CERTIFICATE("it refuses the client's certificate, or expects one"),
    /** The server speaks without TLS. */
    PLAIN("it answers without TLS"),
    /** Something else, such as no common version. */
    OTHER("the TLS handshake failed");

    private final String reason;

    TlsProblem(String reason) {
        this.reason = reason;
    }

    /** Returns a phrase about the server. */
    public String reason() {
        return reason;
    }

    /** Finds the problem in an exception and its causes; empty if they have nothing to do with TLS. */
    public static Optional<TlsProblem> of(Throwable error) {
        String text = causes(error)
                .map(Throwable::getMessage)
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" "));
        if (text.contains("could not be verified by hostnameverifier")) {
            return Optional.of(OTHER_HOST);
        }
        if (text.contains("requires a valid client certificate")) {
            return Optional.of(CLIENT_CERTIFICATE);
        }
        return has(error, SSLException.class) || has(error, java.security.cert.CertificateException.class)
                ? Optional.of(ofTls(error, text))
                : Optional.empty();
    }

    private static TlsProblem ofTls(Throwable error, String text) {
        if (has(error, CertificateExpiredException.class)) {
            return EXPIRED;
        }
        if (has(error, CertificateNotYetValidException.class)) {
            return NOT_YET_VALID;
        }
        if (text.contains("No name matching") || text.contains("No subject alternative")) {
            return OTHER_HOST;
        }
        if (has(error, CertPathBuilderException.class) || text.contains("PKIX path") || text.contains("trustAnchors")) {
            return UNTRUSTED;
        }
        // Alerts that the server sends about the client's certificate.
        if (Stream.of(
                        "bad_certificate",
                        "certificate_required",
                        "certificate_unknown",
                        "certificate_expired",
                        "unknown_ca",
                        "unsupported_certificate")
                .anyMatch(text::contains)) {
            return CLIENT_CERTIFICATE;
        }
        if (text.contains("Unsupported or unrecognized SSL message") || text.contains("plaintext connection")) {
            return PLAIN;
        }
        return OTHER;
    }

    private static boolean has(Throwable error, Class<? extends Throwable> kind) {
        return causes(error).anyMatch(kind::isInstance);
    }

    private static Stream<Throwable> causes(Throwable error) {
        return Stream.iterate(error, Objects::nonNull, Throwable::getCause).limit(20);
    }
}
