package org.dtssync.connectors.read;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.ChangeHeaders;

/**
 * A change from its topic, not decoded yet: a value may be many megabytes, so the receiver can free memory first.
 */
public final class ReceivedChange {

    private static final int LONG_RECORD_BYTES = 1 << 16;

    private final ConsumerRecord<byte[], byte[]> record;
    private final Lsn commit;
    private final ChangeDecoder decoder;

    ReceivedChange(ConsumerRecord<byte[], byte[]> record, Lsn commit, ChangeDecoder decoder) {
        this.record = record;
        this.commit = commit;
        this.decoder = decoder;
    }

    /** Returns the end of the commit record of the source transaction. */
    public Lsn commit() {
        return commit;
    }

    /** Returns its table. */
    public TableName table() {
        return decoder.table();
    }

    /** Returns whether this inserts a row that comes from another key, which the change right before it has deleted. */
    public boolean completesMove() {
        return record.headers().lastHeader(ChangeHeaders.OLD_KEY) != null;
    }

    /** Returns about how much memory the change takes once it is decoded, in bytes. */
    public long heldBytes() {
        int size = record.serializedValueSize();
        // A long text in another alphabet takes two bytes per character here, and one in the record if most are Latin.
        return size > LONG_RECORD_BYTES ? 2L * size : size;
    }

    /** Decodes the change with what only a replay needs. */
    public DescribedChange describe() {
        return decoder.describe(record, commit);
    }

    /** Decodes the change. */
    public TableChange decode() {
        return decoder.decode(record, commit);
    }
}
