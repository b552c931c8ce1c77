package org.dtssync.connectors.apply;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.TopicNames;

/**
 * Turns the records of one topic into changes of one target table.
 *
 * <p>Not thread-safe.
 */
final class ChangeDecoder {

    private final TargetTable table;
    private final Converter keyConverter;
    private final Converter valueConverter;

    private final Optional<EarlierStructure> earlier;

    /** The record schema that the mapping belongs to. */
    private Schema rowSchema;

    private ColumnMapping mapping;

    /** Whether the record at hand, and the one the mapping was made for, may have the earlier structure. */
    private boolean old;

    private boolean mappedOld;

    ChangeDecoder(
            TargetTable table, Optional<EarlierStructure> earlier, Converter keyConverter, Converter valueConverter) {
        this.table = table;
        this.earlier = earlier;
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
    }

    /** Decodes a record of a transaction that committed at a position. */
    Change decode(ConsumerRecord<byte[], byte[]> record, Lsn commit) {
        old = earlier.isPresent() && earlier.get().until().reached(commit);
        Struct value = (Struct)
                valueConverter.toConnectData(record.topic(), record.value()).value();
        long transaction = value.getStruct("source").getInt64("txId");
        return switch (value.getString("op")) {
            case "c", "r" -> new Change.Insert(transaction, rowWithUnchanged(record, value), movedFrom(record));
            case "u" -> new Change.Update(transaction, before(value), rowWithUnchanged(record, value));
            case "d" -> new Change.Delete(transaction, row(value.getStruct("before")));
            case "t" -> new Change.Truncate(transaction);
            default ->
                throw new SyncException(
                        FaultKind.DATA,
                        "Topic " + record.topic() + " has a record with the unknown operation " + value.getString("op")
                                + " at offset " + record.offset() + ".",
                        "Only dts-sync may write to its topics.");
        };
    }

    private Object[] before(Struct value) {
        return table.hasKey() ? null : row(value.getStruct("before"));
    }

    private Object[] rowWithUnchanged(ConsumerRecord<byte[], byte[]> record, Struct value) {
        Object[] row = row(value.getStruct("after"));
        Header unchanged = record.headers().lastHeader(ChangeHeaders.UNCHANGED);
        if (unchanged != null) {
            for (String name : new String(unchanged.value(), StandardCharsets.US_ASCII).split(",", -1)) {
                int column = mapping.columnNow(TopicNames.unescape(name));
                if (column >= 0) {
                    row[column] = Change.UNCHANGED;
                }
            }
        }
        return row;
    }

    private RowKey movedFrom(ConsumerRecord<byte[], byte[]> record) {
        Header oldKey = record.headers().lastHeader(ChangeHeaders.OLD_KEY);
        if (oldKey == null) {
            return null;
        }
        Struct key = (Struct)
                keyConverter.toConnectData(record.topic(), oldKey.value()).value();
        List<Field> keyFields = key.schema().fields();
        Object[] values = new Object[keyFields.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = plain(key.get(keyFields.get(i)));
        }
        return new RowKey(values);
    }

    private Object[] row(Struct struct) {
        if (struct == null) {
            throw new SyncException(
                    FaultKind.DATA,
                    "A record of table " + table.name() + " has no row.",
                    "The table needs a usable replica identity as long as the task runs.");
        }
        if (struct.schema() != rowSchema || old != mappedOld) {
            mapping = ColumnMapping.of(table, struct.schema(), old ? earlier : Optional.empty());
            rowSchema = struct.schema();
            mappedOld = old;
        }
        Object[] row = mapping.newRow();
        for (int i = 0; i < mapping.size(); i++) {
            if (mapping.column(i) >= 0) {
                row[mapping.column(i)] = plain(struct.get(mapping.field(i)));
            }
        }
        return row;
    }

    private static Object plain(Object value) {
        return value instanceof java.nio.ByteBuffer buffer ? bytes(buffer) : value;
    }

    private static byte[] bytes(java.nio.ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.remaining() == buffer.array().length) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
