package org.dtssync.connectors.kafka;

import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidOffsetException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.TlsProblem;

/** Maps Kafka client errors to kinds that determine whether a retry helps. */
public final class KafkaFaults {

    private KafkaFaults() {}

    /** Returns what to do about a TLS handshake that failed. */
    public static String tlsRemedy(Throwable error) {
        return switch (TlsProblem.of(error).orElse(TlsProblem.OTHER)) {
            case EXPIRED -> "Renew the certificate of the broker.";
            case NOT_YET_VALID -> "Check the clock here and at the broker.";
            case OTHER_HOST ->
                "Use the host names that the certificates are for in kafka bootstrap.servers and in the brokers'"
                        + " advertised.listeners.";
            case UNTRUSTED ->
                "Set ssl.truststore.location to a file with the authority's certificate, and ssl.truststore.type, in section"
                        + " kafka of the task file.";
            case CLIENT_CERTIFICATE ->
                "Set ssl.keystore.location, ssl.keystore.password and ssl.keystore.type in section kafka of the task file.";
            case PLAIN, OTHER -> "Correct security.protocol in section kafka of the task file.";
        };
    }

    /**
     * Wraps an error of a Kafka client; a {@link SyncException} is returned unchanged.
     *
     * @param what the work, a sentence without its full stop
     */
    public static SyncException explain(String what, Throwable error) {
        Throwable cause = error instanceof java.util.concurrent.ExecutionException && error.getCause() != null
                ? error.getCause()
                : error;
        if (cause instanceof SyncException known) {
            return known;
        }
        if (cause instanceof ProducerFencedException
                || cause instanceof org.apache.kafka.common.errors.InvalidProducerEpochException) {
            return new SyncException(
                    FaultKind.FENCED, what + ": another instance of the task has taken over the topics.", "", cause);
        }
        if (cause instanceof RecordTooLargeException) {
            return new SyncException(
                    FaultKind.DATA,
                    what + ": a value is larger than the broker accepts.",
                    "Raise topics.config max.message.bytes and kafka max.request.size in the task file, or exclude the table.",
                    cause);
        }
        if (cause instanceof SslAuthenticationException) {
            return new SyncException(
                    FaultKind.CONNECTION,
                    what + ": Kafka cannot be reached: "
                            + TlsProblem.of(cause).orElse(TlsProblem.OTHER).reason() + ".",
                    tlsRemedy(cause),
                    cause);
        }
        if (cause instanceof AuthenticationException || cause instanceof AuthorizationException) {
            return new SyncException(
                    FaultKind.ACCESS,
                    what + ": Kafka refused: " + cause.getMessage() + ".",
                    "Check the credentials under kafka and the ACLs of the task's topics and transactional id.",
                    cause);
        }
        if (cause instanceof OffsetOutOfRangeException
                || cause instanceof InvalidOffsetException
                || cause instanceof UnknownTopicOrPartitionException) {
            return new SyncException(
                    FaultKind.TOPIC,
                    what + ": a topic of the task was deleted or truncated: " + cause.getMessage(),
                    "",
                    cause);
        }
        if (cause instanceof TimeoutException) {
            return new SyncException(
                    FaultKind.CONNECTION,
                    what + ": Kafka cannot be reached or does not respond in time.",
                    "Check that the brokers of kafka bootstrap.servers run and can be reached.",
                    cause);
        }
        return new SyncException(FaultKind.CONNECTION, what + ": " + cause.getMessage() + ".", "", cause);
    }
}
