package org.dtssync.connectors.apply;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
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

    /** The record schema that the fields below belong to. */
    private Schema rowSchema;

    private Field[] fields;
    private int[] columns;

    ChangeDecoder(TargetTable table, Converter keyConverter, Converter valueConverter) {
        this.table = table;
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
    }

    Change decode(ConsumerRecord<byte[], byte[]> record) {
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
                row[table.indexOf(TopicNames.unescape(name))] = Change.UNCHANGED;
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
                    "The table needs a usable replica identity for as long as the task runs.");
        }
        if (struct.schema() != rowSchema) {
            map(struct.schema());
        }
        Object[] row = new Object[table.columns().size()];
        for (int i = 0; i < fields.length; i++) {
            row[columns[i]] = plain(struct.get(fields[i]));
        }
        return row;
    }

    private static Object plain(Object value) {
        return value instanceof java.nio.ByteBuffer buffer ? bytes(buffer) : value;
    }

    private static byte[] bytes(java.nio.ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private void map(Schema schema) {
        Field[] newFields = schema.fields().toArray(new Field[0]);
        int[] newColumns = new int[newFields.length];
        for (int i = 0; i < newFields.length; i++) {
            String column = TopicNames.unescape(newFields[i].name());
            newColumns[i] = table.indexOf(column);
            if (newColumns[i] < 0) {
                throw new SyncException(
                        FaultKind.STRUCTURE_CHANGED,
                        "Column " + column + " of table " + table.name() + " does not exist at the destination.",
                        "Add it there with the type it has at the source.");
            }
        }
        requireEveryColumn(newColumns);
        rowSchema = schema;
        fields = newFields;
        columns = newColumns;
    }

    /** A column that only the destination has would be set to NULL by every write. */
    private void requireEveryColumn(int[] mapped) {
        boolean[] seen = new boolean[table.columns().size()];
        Arrays.stream(mapped).forEach(column -> seen[column] = true);
        for (int i = 0; i < seen.length; i++) {
            if (!seen[i]) {
                throw new SyncException(
                        FaultKind.STRUCTURE_CHANGED,
                        "Column " + table.columns().get(i).name() + " of table " + table.name()
                                + " exists at the destination only.",
                        "Drop it there, or add it at the source and accept the change of the structure.");
            }
        }
    }
}
