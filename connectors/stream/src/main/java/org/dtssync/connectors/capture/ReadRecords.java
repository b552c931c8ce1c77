package org.dtssync.connectors.capture;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.postgres.TableName;

/**
 * Serializes Debezium's read events of one table as capture serializes its changes: the same key, and values in the task's form. Not
 * thread-safe.
 */
public final class ReadRecords {

    private final String topic;
    private final TableEncoder encoder;

    /**
     * Creates it.
     *
     * @param topic the topic that they are for
     * @param key the columns of the table's key; empty if it has none
     * @param columns its columns
     * @param schema of the events
     * @param topics how values are written
     */
    public ReadRecords(
            String topic,
            TableName table,
            Optional<List<String>> key,
            List<String> columns,
            Schema schema,
            CaptureSettings.Topics topics,
            Converter keyConverter,
            Converter valueConverter) {
        this.topic = topic;
        this.encoder = new TableEncoder(
                topic,
                new CapturedTable(table, key, columns),
                schema,
                topics,
                new TransactionOrder(),
                keyConverter,
                valueConverter);
    }

    /** Returns the record of an event. */
    public ProducerRecord<byte[], byte[]> of(Struct event) {
        EncodedChange change = encoder.encode(event, null).get(0);
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, 0, change.key(), change.value());
        change.texts().forEach(text -> record.headers().add(text.header(), text.text()));
        return record;
    }
}
