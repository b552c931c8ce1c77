package org.dtssync.connectors.read;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.TableChange.Operation;
import org.dtssync.connectors.values.ColumnForm;
import org.dtssync.connectors.values.ValueForm;
import org.dtssync.schemas.ChangeEnvelope;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the records of one table's topic.
 *
 * <p>Fields are looked up once for each schema of the envelope. Not thread-safe.
 */
final class ChangeDecoder {

    private final TableName table;
    private final RecordValues keys;
    private final RecordValues envelopes;

    /** The cached facts about the schema of the last record. */
    private @Nullable Envelope envelope;

    /** The key columns of the last key that was decoded, and their schema. */
    private @Nullable Schema keySchema;

    private List<String> keyColumns = List.of();

    private @Nullable ValueForm[] keyForms = {};

    /** Where the parts of an envelope are, and the shape of its rows. */
    private record Envelope(
            Schema schema,
            Field operation,
            Field before,
            Field after,
            Field source,
            Field transaction,
            @Nullable Field commitTime,
            Row row) {

        static Envelope of(TableName table, Schema schema) {
            Field source = schema.field(ChangeEnvelope.SOURCE);
            Field after = schema.field(ChangeEnvelope.AFTER);
            return new Envelope(
                    schema,
                    schema.field(ChangeEnvelope.OPERATION),
                    schema.field(ChangeEnvelope.BEFORE),
                    after,
                    source,
                    source.schema().field(ChangeEnvelope.TRANSACTION),
                    source.schema().field(ChangeEnvelope.COMMIT_TIME),
                    Row.of(table, after.schema()));
        }
    }

    /** The fields of a row in the order of its shape, with the forms of their values. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Row(
            RowShape shape, Field[] fields, @Nullable ValueForm[] forms) {

        static Row of(TableName table, Schema schema) {
            List<RowShape.Column> columns = new ArrayList<>();
            for (Field field : schema.fields()) {
                columns.add(new RowShape.Column(TopicNames.unescape(field.name()), type(field)));
            }
            return new Row(
                    new RowShape(table, columns), schema.fields().toArray(Field[]::new), ChangeDecoder.forms(schema));
        }

        private static Optional<String> type(Field field) {
            Map<String, String> parameters = field.schema().parameters();
            if (parameters == null) {
                return ColumnForm.typeOf(field.schema());
            }
            return Optional.ofNullable(parameters.get(ChangeEnvelope.TYPE_PARAMETER));
        }

        Object[] values(@Nullable Object row) {
            if (row == null) {
                throw new SyncException(
                        FaultKind.DATA,
                        "A record of table " + shape.table() + " has no row.",
                        "The table needs a usable replica identity as long as the task runs.");
            }
            Object[] values = new Object[fields.length];
            for (int i = 0; i < fields.length; i++) {
                values[i] = plain(RecordValues.of(row, fields[i]), forms[i]);
            }
            return values;
        }
    }

    ChangeDecoder(TableName table, Converter keyConverter, Converter valueConverter) {
        this.table = table;
        this.keys = new RecordValues(keyConverter, 1);
        // Rows, and the block of the source, are one level below.
        this.envelopes = new RecordValues(valueConverter, 2);
    }

    /** Returns the table the topic belongs to. */
    TableName table() {
        return table;
    }

    /**
     * Decodes a record.
     *
     * @param commit where its source transaction committed
     */
    TableChange decode(ConsumerRecord<byte[], byte[]> record, Lsn commit) {
        SchemaAndValue value = envelope(record);
        return decode(record, commit, value.value(), fields(value.schema()));
    }

    /**
     * Decodes a record with what only a replay needs.
     *
     * @param commit where its source transaction committed
     */
    DescribedChange describe(ConsumerRecord<byte[], byte[]> record, Lsn commit) {
        SchemaAndValue read = envelope(record);
        Envelope fields = fields(read.schema());
        Object value = read.value();
        Field time = fields.commitTime();
        Long micros = time == null ? null : (Long) RecordValues.of(RecordValues.of(value, fields.source()), time);
        byte[] key = record.key();
        return new DescribedChange(
                decode(record, commit, value, fields),
                micros,
                key == null ? null : key(record, key, textsOfKey((String) RecordValues.of(value, fields.operation()))));
    }

    private static String textsOfKey(String operation) {
        return operation.equals(ChangeEnvelope.DELETE) ? ChangeHeaders.TEXT_BEFORE : ChangeHeaders.TEXT;
    }

    private SchemaAndValue envelope(ConsumerRecord<byte[], byte[]> record) {
        return envelopes.read(record.topic(), record.value());
    }

    private Envelope fields(Schema schema) {
        Envelope fields = envelope;
        if (fields == null || fields.schema() != schema) {
            fields = Envelope.of(table, schema);
            envelope = fields;
        }
        return fields;
    }

    private TableChange decode(ConsumerRecord<byte[], byte[]> record, Lsn commit, Object value, Envelope fields) {
        Operation operation = operation(record, (String) RecordValues.of(value, fields.operation()));
        return new TableChange(
                operation,
                fields.row().shape(),
                commit,
                number(record),
                (Long) RecordValues.of(RecordValues.of(value, fields.source()), fields.transaction()),
                before(operation, record, fields, value),
                after(operation, record, fields, value),
                operation == Operation.INSERT ? movedFrom(record) : null);
    }

    private static Operation operation(ConsumerRecord<byte[], byte[]> record, String letter) {
        return switch (letter) {
            case ChangeEnvelope.CREATE, ChangeEnvelope.READ -> Operation.INSERT;
            case ChangeEnvelope.UPDATE -> Operation.UPDATE;
            case ChangeEnvelope.DELETE -> Operation.DELETE;
            case ChangeEnvelope.TRUNCATE -> Operation.TRUNCATE;
            default ->
                throw new SyncException(
                        FaultKind.DATA,
                        "Topic " + record.topic() + " has a record with the unknown operation " + letter + " at offset "
                                + record.offset() + ".",
                        "Only dts-sync may write to its topics.");
        };
    }

    /** Decimal digits, as capture writes them. */
    static long number(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(ChangeHeaders.NUMBER);
        byte[] digits = header == null ? new byte[0] : header.value();
        long number = 0;
        for (byte digit : digits) {
            if (digit < '0' || digit > '9') {
                throw withoutNumber(record);
            }
            number = 10 * number + (digit - '0');
        }
        if (number < 1) {
            throw withoutNumber(record);
        }
        return number;
    }

    private static SyncException withoutNumber(ConsumerRecord<byte[], byte[]> record) {
        return new SyncException(
                FaultKind.DATA,
                "Topic " + record.topic() + " has a record without a number at offset " + record.offset() + ".",
                "Only dts-sync may write to its topics.");
    }

    /** An update of a row with a key can come without the row before it. */
    private Object @Nullable [] before(
            Operation operation, ConsumerRecord<byte[], byte[]> record, Envelope fields, Object value) {
        if (operation == Operation.INSERT || operation == Operation.TRUNCATE) {
            return null;
        }
        Object before = RecordValues.of(value, fields.before());
        boolean foundByKey = operation == Operation.UPDATE && record.key() != null;
        if (before == null && foundByKey) {
            return null;
        }
        Object[] row = fields.row().values(before);
        if (record.headers().lastHeader(ChangeHeaders.KEY_ALONE) != null) {
            keepKey(record, fields.row().shape(), row);
        }
        exact(record, ChangeHeaders.TEXT_BEFORE, fields.row().shape(), row);
        return row;
    }

    private Object @Nullable [] after(
            Operation operation, ConsumerRecord<byte[], byte[]> record, Envelope fields, Object value) {
        return switch (operation) {
            case INSERT, UPDATE -> withUnchanged(record, fields.row(), RecordValues.of(value, fields.after()));
            case DELETE, TRUNCATE -> null;
        };
    }

    /** Columns that the source did not send are NULL, whatever their schema made of them. */
    private void keepKey(ConsumerRecord<byte[], byte[]> record, RowShape shape, Object[] row) {
        List<String> columns =
                key(record, record.key(), ChangeHeaders.TEXT_BEFORE).columns();
        for (int i = 0; i < row.length; i++) {
            if (!columns.contains(shape.columns().get(i).name())) {
                row[i] = null;
            }
        }
    }

    /** Replaces values by the texts that their schemas could not hold. */
    private static void exact(ConsumerRecord<byte[], byte[]> record, String prefix, RowShape shape, Object[] row) {
        for (Header header : record.headers()) {
            if (header.key().startsWith(prefix)) {
                int column = shape.indexOf(TopicNames.unescape(header.key().substring(prefix.length())));
                if (column < 0) {
                    throw unknownColumn(record, header.key().substring(prefix.length()));
                }
                row[column] = new String(header.value(), StandardCharsets.UTF_8);
            }
        }
    }

    private static SyncException unknownColumn(ConsumerRecord<byte[], byte[]> record, String name) {
        return new SyncException(
                FaultKind.DATA,
                "Topic " + record.topic() + " has a record at offset " + record.offset() + " that names the column "
                        + name + " and does not have it.",
                "Only dts-sync may write to its topics.");
    }

    private Object[] withUnchanged(ConsumerRecord<byte[], byte[]> record, Row fields, @Nullable Object values) {
        Object[] row = fields.values(values);
        exact(record, ChangeHeaders.TEXT, fields.shape(), row);
        Header unchanged = record.headers().lastHeader(ChangeHeaders.UNCHANGED);
        if (unchanged != null) {
            for (String name : new String(unchanged.value(), StandardCharsets.US_ASCII).split(",", -1)) {
                int column = fields.shape().indexOf(TopicNames.unescape(name));
                if (column < 0) {
                    throw unknownColumn(record, name);
                }
                row[column] = TableChange.UNCHANGED;
            }
        }
        return row;
    }

    private @Nullable KeyValues movedFrom(ConsumerRecord<byte[], byte[]> record) {
        Header oldKey = record.headers().lastHeader(ChangeHeaders.OLD_KEY);
        if (oldKey == null) {
            return null;
        }
        return key(record, oldKey.value(), ChangeHeaders.TEXT_OLD_KEY);
    }

    private KeyValues key(ConsumerRecord<byte[], byte[]> record, byte[] bytes, String prefix) {
        SchemaAndValue key = keys.read(record.topic(), bytes);
        List<Field> fields = key.schema().fields();
        if (key.schema() != keySchema) {
            keySchema = key.schema();
            keyColumns = fields.stream()
                    .map(field -> TopicNames.unescape(field.name()))
                    .toList();
            keyForms = forms(key.schema());
        }
        Object[] values = new Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            Header text = record.headers().lastHeader(prefix + fields.get(i).name());
            values[i] = text == null
                    ? plain(RecordValues.of(key.value(), fields.get(i)), keyForms[i])
                    : new String(text.value(), StandardCharsets.UTF_8);
        }
        return new KeyValues(keyColumns, values);
    }

    private static @Nullable ValueForm[] forms(Schema schema) {
        return schema.fields().stream()
                .map(field -> ColumnForm.of(field.schema()))
                .toArray(ValueForm[]::new);
    }

    private static Object plain(Object value, @Nullable ValueForm form) {
        if (form != null && value != null) {
            return form.text(value);
        }
        return value instanceof ByteBuffer buffer ? bytes(buffer) : value;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.remaining() == buffer.array().length) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
