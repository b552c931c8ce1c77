package org.dtssync.connectors.avro;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.dtssync.connectors.fault.TlsProblem;

/**
 * Why a registry gave no answer, and what to do about it.
 *
 * @param reason a phrase that follows "cannot be reached:"
 * @param remedy a sentence
 */
record RegistryFailure(String reason, String remedy) {

    private static final String CHECK = "Check that it runs and that " + RegistryClientSettings.KEY + " is right.";

    static RegistryFailure of(IOException error) {
        if (has(error, UnresolvedAddressException.class) || has(error, UnknownHostException.class)) {
            return new RegistryFailure(
                    "its host cannot be resolved", "Correct the host in " + RegistryClientSettings.KEY + ".");
        }
        if (has(error, HttpConnectTimeoutException.class)) {
            return new RegistryFailure(
                    "no connection within the time limit",
                    "Check that it runs, and that no firewall drops the connection.");
        }
        if (has(error, HttpTimeoutException.class)) {
            return new RegistryFailure("no answer within the time limit", "Check that it is not overloaded.");
        }
        if (has(error, ConnectException.class)) {
            return new RegistryFailure("connection refused", CHECK);
        }
        if (has(error, SSLException.class)) {
            return ofTls(error);
        }
        if (has(error, ProtocolException.class) || isNoHttp(error)) {
            return new RegistryFailure(
                    "what answers there does not speak HTTP",
                    "Correct " + RegistryClientSettings.KEY + "; if the registry expects TLS, it begins with https.");
        }
        String detail = error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
        return new RegistryFailure(detail, CHECK);
    }

    /** Java's client says so of a server that closes the connection, or speaks another protocol. */
    private static boolean isNoHttp(IOException error) {
        return error.getMessage() != null && error.getMessage().contains("header parser received no bytes");
    }

    private static RegistryFailure ofTls(IOException error) {
        TlsProblem problem = TlsProblem.of(error).orElse(TlsProblem.OTHER);
        return new RegistryFailure(
                problem == TlsProblem.OTHER ? problem.reason() + detail(error) : problem.reason(), remedy(problem));
    }

    private static String detail(IOException error) {
        return error.getMessage() == null ? "" : " (" + error.getMessage() + ")";
    }

    private static String remedy(TlsProblem problem) {
        return switch (problem) {
            case EXPIRED -> "Renew the registry's certificate.";
            case NOT_YET_VALID -> "Check the clock here and at the registry.";
            case OTHER_HOST -> "Use the host name that the certificate is for in " + RegistryClientSettings.KEY + ".";
            case UNTRUSTED ->
                "Set ssl.truststore.location to a file with the authority's certificate, and ssl.truststore.type, in section"
                        + " registry of the task file.";
            case CLIENT_CERTIFICATE ->
                "Set ssl.keystore.location, ssl.keystore.password and ssl.keystore.type in section registry of the task"
                        + " file.";
            case PLAIN -> "Begin " + RegistryClientSettings.KEY + " with http instead of https.";
            case OTHER -> CHECK;
        };
    }

    private static boolean has(Throwable error, Class<? extends Throwable> kind) {
        return causes(error).anyMatch(kind::isInstance);
    }

    private static Stream<Throwable> causes(Throwable error) {
        return Stream.iterate(error, Objects::nonNull, Throwable::getCause);
    }
}
