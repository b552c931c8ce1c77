package org.dtssync.connectors.capture;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.schemas.ChangeEnvelope;

/**
 * Numbers the changes of a transaction, and those of each table in it, as Debezium's block {@code transaction} has them. Not
 * thread-safe.
 */
final class TransactionOrder {

    private final Map<String, Long> perTable = new HashMap<>();
    private long total;

    /** The next transaction begins. */
    void begin() {
        total = 0;
        perTable.clear();
    }

    /**
     * Returns the block of the next change.
     *
     * @param schema of the block
     * @param topic of the change
     * @param envelope the change
     */
    Struct next(Schema schema, String topic, Struct envelope) {
        total++;
        long transaction = envelope.getStruct(ChangeEnvelope.SOURCE).getInt64(ChangeEnvelope.TRANSACTION);
        return new Struct(schema)
                .put("id", Long.toString(transaction))
                .put("total_order", total)
                .put("data_collection_order", perTable.merge(topic, 1L, Long::sum));
    }
}
