package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Takes the messages of rows out of the stream before Debezium decodes them, and decodes them itself. Debezium decodes all others, such as
 * the descriptions of tables and the ends of transactions. What it does with a row in addition, above all to keep its position,
 * it does with the {@link #message} that stands for the row.
 *
 * <p>Used by the one thread that reads the WAL. See docs/decisions/0004-less-work-per-event-in-debezium.md.
 */
final class RowMessages {

    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private static final long MICROS = 1_000_000;

    private static final int FLAG_BYTES = 1;
    private static final int RELATION_BYTES = 4;

    private final ExactSchema schema;
    private final TopicNamingStrategy<TableId> topics;
    private final Map<Integer, Optional<RowLayout>> layouts = new HashMap<>();

    private Instant committed = Instant.EPOCH;
    private OptionalLong transaction = OptionalLong.empty();
    private long beginnings;

    /** The message that was taken and not decoded yet. */
    private @Nullable ByteBuffer taken;

    private @Nullable RowLayout layout;
    private @Nullable Lsn lsn;

    /** The row that was decoded and not passed on yet. */
    private @Nullable Row row;

    /**
     * A change of a row.
     *
     * @param layout of its table
     * @param operation insert, update or delete
     * @param before the row before it, null if it was not sent
     * @param after the row after it, null if it is gone
     * @param lsn where it is in the WAL
     * @param bytes the size of its message
     */
    record Row(
            RowLayout layout,
            ReplicationMessage.Operation operation,
            @Nullable Struct before,
            @Nullable Struct after,
            Lsn lsn,
            int bytes) {

        /** Returns approximately how many bytes its event takes in memory. */
        long size() {
            int rows = before == null || after == null ? 1 : 2;
            return RecordSize.of(bytes, rows * layout.columns());
        }
    }

    RowMessages(ExactSchema schema, TopicNamingStrategy<TableId> topics) {
        this.schema = schema;
        this.topics = topics;
    }

    /**
     * Takes a message, or leaves it to Debezium.
     *
     * @param message as the server sent it; its position stays
     * @param position where it is in the WAL
     * @return whether it was taken
     */
    boolean take(ByteBuffer message, long position) {
        if (!message.hasRemaining() || !message.hasArray()) {
            return false;
        }
        int at = message.position();
        switch (message.get(at)) {
            case 'B' -> {
                long micros = message.getLong(at + 9);
                committed = POSTGRES_EPOCH
                        .plusSeconds(Math.floorDiv(micros, MICROS))
                        .plusNanos(Math.floorMod(micros, MICROS) * 1_000);
                transaction = OptionalLong.of(Integer.toUnsignedLong(message.getInt(at + 17)));
                beginnings++;
            }
            case 'R' -> layouts.remove(message.getInt(at + 1));
            // An origin is part of what each change says about its source.
            case 'O' -> beginnings++;
            case 'I', 'U', 'D' -> {
                Optional<RowLayout> known = layouts.computeIfAbsent(message.getInt(at + 1), this::layout);
                if (known.isPresent()) {
                    layout = known.get();
                    taken = message;
                    lsn = Lsn.valueOf(position);
                    return true;
                }
            }
            default -> {
                // It has no row.
            }
        }
        lsn = null;
        return false;
    }

    private Optional<RowLayout> layout(Integer relation) {
        Table table = schema.tableFor(relation);
        return table == null ? Optional.empty() : RowLayout.of(table, schema.schemaFor(table.id()), topics);
    }

    /** Returns where the last message is in the WAL if it was taken; null if Debezium read it. */
    @Nullable
    Lsn position() {
        return lsn;
    }

    /** Returns whether a message was taken that has not been decoded. */
    boolean hasTaken() {
        return taken != null;
    }

    /** Decodes the message that was taken, so that {@link #row} returns it; returns what stands for it. */
    ReplicationMessage message() {
        ByteBuffer message = Objects.requireNonNull(taken, "A message was taken.");
        RowLayout of = Objects.requireNonNull(layout, "It is known with the message.");
        taken = null;
        int bytes = message.remaining();
        byte type = message.get();
        message.position(message.position() + RELATION_BYTES);
        ReplicationMessage.Operation operation = switch (type) {
            case 'I' -> ReplicationMessage.Operation.INSERT;
            case 'U' -> ReplicationMessage.Operation.UPDATE;
            default -> ReplicationMessage.Operation.DELETE;
        };
        Struct before = null;
        byte part = message.get();
        if (part != 'N') {
            before = of.read(message, null);
            if (type == 'U') {
                message.position(message.position() + FLAG_BYTES);
            }
        }
        Struct after = type == 'D' ? null : of.read(message, before);
        Lsn at = Objects.requireNonNull(lsn, "It is known with the message.");
        row = new Row(of, operation, before, after, at, bytes);
        return new RowMarker(operation, committed, transaction);
    }

    /** Returns the row that was decoded and removes it; null if the change that is dispatched was decoded by Debezium. */
    @Nullable
    Row row() {
        Row decoded = row;
        row = null;
        return decoded;
    }

    /** Returns when the current transaction was committed. */
    Instant committed() {
        return committed;
    }

    /** Returns a number that changes with each transaction, and with what its changes say about their source. */
    long beginnings() {
        return beginnings;
    }

    /**
     * Stands for a row: Debezium notes the position and hands it over without looking at it.
     *
     * @param getOperation what was done to the row
     * @param getCommitTime when its transaction was committed
     * @param getTransactionId its transaction
     */
    private record RowMarker(
            ReplicationMessage.Operation getOperation, Instant getCommitTime, OptionalLong getTransactionId)
            implements ReplicationMessage {

        @Override
        public String getTable() {
            throw new UnsupportedOperationException("The table is known already.");
        }

        @Override
        public List<Column> getOldTupleList() {
            return List.of();
        }

        @Override
        public List<Column> getNewTupleList() {
            return List.of();
        }

        @Override
        public boolean isLastEventForLsn() {
            return true;
        }

        /** Debezium reads no table's name of such messages. */
        @Override
        public boolean isSkippedMessage() {
            return true;
        }
    }
}
