package org.dtssync.connectors.avro;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Certificates and keys for a registry over HTTPS. The properties are Kafka's {@code ssl.*}, with or without the prefix
 * {@code schema.registry.} that Confluent's client gives them; JKS, PKCS12 and PEM work as they do for Kafka. Stateless.
 */
final class RegistryTls {

    private static final String PREFIX = "schema.registry.";

    private RegistryTls() {}

    /** Returns the properties that are about TLS, without their prefix. */
    static Map<String, String> properties(Map<String, ?> all) {
        Map<String, String> tls = new TreeMap<>();
        all.forEach((name, value) -> {
            String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
            if (plain.startsWith("ssl.") && value != null) {
                tls.put(plain, value.toString());
            }
        });
        return tls;
    }

    /**
     * Returns what to connect with; empty for Java's own trust store.
     *
     * @param tls as from {@link #properties}
     * @throws SyncException of kind USAGE that names the property or the file
     */
    static Optional<SSLContext> context(Map<String, String> tls) {
        if (tls.isEmpty()) {
            return Optional.empty();
        }
        if (tls.containsKey(SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG)
                && tls.get(SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG)
                        .isEmpty()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The registry's ssl.endpoint.identification.algorithm is empty, but host names are always checked.",
                    "Remove it, and use a host name that the registry's certificate is for.");
        }
        ConfigDef known = new ConfigDef();
        SslConfigs.addClientSslSupport(known);
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(known.parse(tls));
            return Optional.of(factory.sslContext());
        } catch (ConfigException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The registry's TLS properties are not valid: " + e.getMessage() + ".",
                    "Correct the properties ssl.* in section registry of the task file.",
                    e);
        } catch (KafkaException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The registry's trust store or key store cannot be used: " + reason(e) + ".",
                    "Correct ssl.truststore.location, ssl.keystore.location, their passwords and types in section registry of"
                            + " the task file.",
                    e);
        }
    }

    /** Kafka's sentence names the file; its cause says what is wrong with it. */
    private static String reason(KafkaException error) {
        Throwable cause = error.getCause();
        while (cause != null && cause.getCause() != null && !(cause instanceof IOException)) {
            cause = cause.getCause();
        }
        String detail = cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage();
        return error.getMessage() + detail;
    }
}
