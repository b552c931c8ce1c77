package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.AbstractSourceInfo;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.SourceInfo;
import io.debezium.connector.postgresql.connection.Lsn;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Makes the block {@code source} of rows. Debezium's is made for the first row of a transaction; those that follow differ from it in
 * the table and the position alone, and are copied. Debezium prints the sequence of each as JSON.
 *
 * <p>Used by the one thread that reads the WAL.
 */
final class SourceBlocks {

    private final RowMessages messages;

    /** The transaction of the block that is copied. */
    private long beginning = -1;

    private @Nullable Copied copied;

    /**
     * A block to copy.
     *
     * @param sequence what its sequence begins with, before the position
     */
    private record Copied(Struct block, List<Field> fields, List<@Nullable Object> values, String sequence) {}

    SourceBlocks(RowMessages messages) {
        this.messages = messages;
    }

    Struct of(RowMessages.Row row, PostgresOffsetContext offset) {
        Copied copy = beginning == messages.beginnings() ? copied : null;
        if (copy != null) {
            return copy(copy, row);
        }
        offset.event(row.layout().table(), messages.committed());
        Struct first = offset.getSourceInfo();
        copied = copied(first, offset, row.lsn());
        beginning = messages.beginnings();
        return first;
    }

    /** Returns what is to be copied; null if the sequence is not what is expected: then each block is Debezium's. */
    private static @Nullable Copied copied(Struct block, PostgresOffsetContext offset, Lsn lsn) {
        Lsn before = offset.lastCommitLsn();
        String sequence = "[" + (before == null ? "null" : '"' + Long.toString(before.asLong()) + '"') + ',';
        if (!sequence(sequence, lsn).equals(block.get(AbstractSourceInfo.SEQUENCE_KEY))) {
            return null;
        }
        List<Field> fields = block.schema().fields();
        List<@Nullable Object> values = new ArrayList<>(fields.size());
        for (Field field : fields) {
            values.add(block.getWithoutDefault(field.name()));
        }
        return new Copied(block, fields, values, sequence);
    }

    private static String sequence(String before, Lsn lsn) {
        return before + '"' + Long.toString(lsn.asLong()) + "\"]";
    }

    private static Struct copy(Copied copy, RowMessages.Row row) {
        Struct block = new Struct(copy.block().schema());
        for (int i = 0; i < copy.values().size(); i++) {
            Field field = copy.fields().get(i);
            Object value = switch (field.name()) {
                case AbstractSourceInfo.SCHEMA_NAME_KEY -> row.layout().schemaName();
                case AbstractSourceInfo.TABLE_NAME_KEY -> row.layout().tableName();
                case AbstractSourceInfo.SEQUENCE_KEY -> sequence(copy.sequence(), row.lsn());
                case SourceInfo.LSN_KEY -> row.lsn().asLong();
                default -> copy.values().get(i);
            };
            if (value != null) {
                block.put(field, value);
            }
        }
        return block;
    }
}
