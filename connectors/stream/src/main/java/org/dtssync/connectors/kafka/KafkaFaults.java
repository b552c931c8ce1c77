package org.dtssync.connectors.kafka;

import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidOffsetException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Maps Kafka client errors to kinds that determine whether a retry helps. */
public final class KafkaFaults {

    private KafkaFaults() {}

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
