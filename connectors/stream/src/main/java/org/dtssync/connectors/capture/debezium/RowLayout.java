package org.dtssync.connectors.capture.debezium;

import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.TableSchema;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.capture.Unchanged;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a table are sent: in the order of its columns, each value as the server's text. It makes of them what Debezium's decoder,
 * its emitter and {@link ExactValues} make together, without a column object, a list and a search by name for each value.
 *
 * <p>Immutable.
 */
final class RowLayout {

    private static final byte NULL = 'n';
    private static final byte UNCHANGED = 'u';
    private static final byte TEXT = 't';

    private final TableId table;
    private final String topic;
    private final String schemaName;
    private final String tableName;
    private final TableSchema schema;
    private final List<Field> columns;
    private final int[] key;

    private RowLayout(TableId table, String topic, TableSchema schema, List<Field> columns, int[] key) {
        this.table = table;
        this.topic = topic;
        this.schemaName = TopicNames.unescape(table.schema());
        this.tableName = TopicNames.unescape(table.table());
        this.schema = schema;
        this.columns = columns;
        this.key = key;
    }

    /** Returns the layout of a table; empty if its rows are not exactly the columns in their order: Debezium decodes them. */
    static Optional<RowLayout> of(Table table, @Nullable TableSchema schema, TopicNamingStrategy<TableId> topics) {
        if (schema == null || table.columns().isEmpty()) {
            return Optional.empty();
        }
        List<Field> fields = schema.valueSchema().fields();
        List<String> names = table.columns().stream().map(Column::name).toList();
        if (!names.equals(fields.stream().map(Field::name).toList())) {
            return Optional.empty();
        }
        List<String> key = schema.keySchema() == null
                ? List.of()
                : schema.keySchema().fields().stream().map(Field::name).toList();
        return names.containsAll(key)
                ? Optional.of(new RowLayout(
                        table.id(),
                        topics.dataChangeTopic(table.id()),
                        schema,
                        fields,
                        key.stream().mapToInt(names::indexOf).toArray()))
                : Optional.empty();
    }

    /** Returns the table as it is named inside Debezium. */
    TableId table() {
        return table;
    }

    /** Returns the topic of the table. */
    String topic() {
        return topic;
    }

    /** Returns the name of its schema at the source. */
    String schemaName() {
        return schemaName;
    }

    /** Returns its name at the source. */
    String tableName() {
        return tableName;
    }

    /** Returns how many columns a row has. */
    int columns() {
        return columns.size();
    }

    /** Returns the schemas of the table's events. */
    TableSchema schema() {
        return schema;
    }

    /**
     * Reads the row that comes next in a message.
     *
     * @param message at the number of columns
     * @param old the row before the change, which may have values that this one has not because they did not change
     */
    Struct read(ByteBuffer message, @Nullable Struct old) {
        int count = message.getShort();
        if (count != columns.size()) {
            throw new SyncException(
                    FaultKind.INTERNAL,
                    "The source sent " + count + " columns of table " + schemaName + "." + tableName
                            + ", which it described with " + columns.size() + ".",
                    "");
        }
        Struct row = new Struct(schema.valueSchema());
        for (Field column : columns) {
            byte kind = message.get();
            switch (kind) {
                case NULL -> {
                    // A struct has NULL where nothing was put.
                }
                case UNCHANGED -> row.put(column, unchanged(column, old));
                case TEXT -> row.put(column, value(column.schema().type(), message));
                default -> throw new SyncException(FaultKind.INTERNAL, "Unknown kind of value " + kind + ".", "");
            }
        }
        return row;
    }

    /** With the whole row before the change, its value is known: it is the same. */
    private static Object unchanged(Field column, @Nullable Struct old) {
        Object known = old == null ? null : old.get(column);
        if (known != null) {
            return known;
        }
        return switch (column.schema().type()) {
            case STRING -> Unchanged.TEXT;
            case BYTES -> Unchanged.bytes();
            default ->
                throw new SyncException(
                        FaultKind.INTERNAL, "The source left out a value of column " + column.name() + ".", "");
        };
    }

    private static Object value(Schema.Type type, ByteBuffer message) {
        int length = message.getInt();
        byte[] bytes = message.array();
        int from = message.arrayOffset() + message.position();
        message.position(message.position() + length);
        return switch (type) {
            case INT16 -> (short) whole(bytes, from, length);
            case INT32 -> (int) whole(bytes, from, length);
            case INT64 -> whole(bytes, from, length);
            case BOOLEAN -> length == 1 && bytes[from] == 't';
            case FLOAT32 -> Float.valueOf(text(bytes, from, length));
            case FLOAT64 -> Double.valueOf(text(bytes, from, length));
            case BYTES -> HexFormat.of().parseHex(text(bytes, from + 2, length - 2));
            default -> text(bytes, from, length);
        };
    }

    private static String text(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    /** The server prints digits, and a sign only if the number is negative; calculated as a negative one, since that range is larger. */
    private static long whole(byte[] bytes, int from, int length) {
        boolean negative = bytes[from] == '-';
        long number = 0;
        for (int i = negative ? from + 1 : from; i < from + length; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                throw new NumberFormatException("A whole number has a character that is no digit");
            }
            number = number * 10 - digit;
        }
        return negative ? number : -number;
    }

    /** Returns whether both rows have the same key; they do where the table has none, as Debezium sees it. */
    boolean sameKey(Struct before, Struct after) {
        for (int column : key) {
            if (!Objects.deepEquals(before.get(columns.get(column)), after.get(columns.get(column)))) {
                return false;
            }
        }
        return true;
    }
}
