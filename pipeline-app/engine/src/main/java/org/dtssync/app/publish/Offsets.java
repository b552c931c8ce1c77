package org.dtssync.app.publish;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.jspecify.annotations.Nullable;

/** Where topics of one partition begin and end. Not thread-safe. */
final class Offsets implements AutoCloseable {

    private static final long ANSWER_SECONDS = 30;

    private final Admin admin;

    Offsets(Map<String, String> kafka) {
        this.admin = Admin.create(
                ClientProperties.of(kafka, Map.of("default.api.timeout.ms", "20000", "request.timeout.ms", "15000")));
    }

    /** Returns the offset of the first record that is there, or that will be. */
    long begin(String topic) throws InterruptedException {
        return offset(topic, OffsetSpec.earliest(), "The beginning of topic " + topic + " could not be looked up");
    }

    /** Returns the offset behind the last record. */
    long end(String topic) throws InterruptedException {
        return offset(topic, OffsetSpec.latest(), "The end of topic " + topic + " could not be looked up");
    }

    private long offset(String topic, OffsetSpec spec, String what) throws InterruptedException {
        TopicPartition partition = new TopicPartition(topic, 0);
        return get(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition), what)
                .offset();
    }

    /** Returns the offset behind the last record that readers of committed transactions see: what follows may belong to one that is open. */
    long committedEnd(String topic) throws InterruptedException {
        TopicPartition partition = new TopicPartition(topic, 0);
        return get(
                        admin.listOffsets(
                                        Map.of(partition, OffsetSpec.latest()),
                                        new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                                .partitionResult(partition),
                        "The end of topic " + topic + " could not be looked up")
                .offset();
    }

    /** Deletes what a topic has, of an attempt that was interrupted; returns the offset of the next record. */
    long deleteAll(String topic) throws InterruptedException {
        long end = end(topic);
        if (end > 0) {
            TopicPartition partition = new TopicPartition(topic, 0);
            get(
                    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(end)))
                            .all(),
                    "The records of topic " + topic + " could not be deleted");
        }
        return end;
    }

    private static <T extends @Nullable Object> T get(KafkaFuture<T> future, String what) throws InterruptedException {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw KafkaFaults.explain(what, e);
        } catch (TimeoutException e) {
            throw KafkaFaults.explain(what, new org.apache.kafka.common.errors.TimeoutException(e.getMessage()));
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
