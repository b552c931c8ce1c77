package org.dtssync.connectors.capture;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.ChangeEnvelope;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicValues;
import org.jspecify.annotations.Nullable;

/**
 * Serializes the changes of one table as long as the schema of its envelopes stays the same object: builds the key from the
 * replica identity's columns, writes values in the task's form and records which columns were not sent.
 *
 * <p>Not thread-safe.
 */
final class TableEncoder {

    private static final byte[] KEY_ALONE_VALUE = {'1'};

    private final String topic;
    private final CapturedTable table;
    private final Schema stream;
    private final TopicValues values;
    private final CaptureSettings.Extras extras;
    private final TransactionOrder order;
    private final RecordBytes keyBytes;
    private final RecordBytes valueBytes;
    private final List<Field> keyFields;
    private final List<Field> toastableFields;
    private final SeenShape structure;

    /** Fields that had a NULL although the catalog says that they cannot: it is newer than the stream. */
    private final Set<String> nullable = new HashSet<>();

    private Written written;

    /**
     * The schemas of what is written.
     *
     * @param rows makes the rows; null if they stay as the stream has them
     * @param key null if the table has no key
     */
    private record Written(
            Schema envelope,
            @Nullable FormedRows rows,
            @Nullable Schema key,
            List<Field> keyFields) {}

    TableEncoder(
            String topic,
            CapturedTable table,
            Schema stream,
            CaptureSettings.Topics topics,
            TransactionOrder order,
            Converter keyConverter,
            Converter valueConverter) {
        this.topic = topic;
        this.table = table;
        this.stream = stream;
        this.values = topics.values();
        this.extras = topics.extras();
        this.order = order;
        this.keyBytes = new RecordBytes(keyConverter);
        this.valueBytes = new RecordBytes(valueConverter);
        Schema row = stream.field(ChangeEnvelope.AFTER).schema();
        List<Field> key = table.keyColumns().orElse(List.of()).stream()
                .map(column -> keyField(row, column))
                .filter(Objects::nonNull)
                .toList();
        boolean keyed = key.size() == table.keyColumns().orElse(List.of()).size();
        this.structure = new SeenShape(table, difference(row), keyed);
        this.keyFields = keyed ? key : List.of();
        this.toastableFields = row.fields().stream()
                .filter(field -> field.schema().type() == Schema.Type.STRING
                        || field.schema().type() == Schema.Type.BYTES)
                .toList();
        this.written = written();
    }

    /** Returns whether this encoder was created for exactly this schema. */
    boolean isFor(Schema schema) {
        return stream == schema;
    }

    /** A column that is left out, or one that nobody knows of yet, must never pass silently. */
    private Optional<String> difference(Schema row) {
        Set<String> sent = new TreeSet<>();
        row.fields().forEach(field -> sent.add(TopicNames.unescape(field.name())));
        for (String column : table.columns()) {
            if (!sent.remove(column)) {
                return Optional.of("no longer has column " + column + ", or the column cannot be captured");
            }
        }
        return sent.isEmpty() ? Optional.empty() : Optional.of("has the new column " + String.join(", ", sent));
    }

    /** By its earlier name if the record was written before the column was renamed. */
    private @Nullable Field keyField(Schema row, String column) {
        Field field = row.field(TopicNames.escape(column));
        String earlier = table.earlier().names().get(column);
        return field == null && earlier != null ? row.field(TopicNames.escape(earlier)) : field;
    }

    /** Returns the schema of the envelopes as they are written. */
    Schema envelopeSchema() {
        return written.envelope();
    }

    /** Returns the schema of the keys; null if the table has none. */
    @Nullable
    Schema keySchema() {
        return written.key();
    }

    /** Returns the shape of the records. */
    SeenShape structure() {
        return structure;
    }

    private Written written() {
        if (values == TopicValues.TEXT) {
            return new Written(stream, null, keyOf(Field::schema), keyFields);
        }
        Set<String> keys = keyFields.stream().map(Field::name).collect(Collectors.toSet());
        FormedRows rows = new FormedRows(stream.field(ChangeEnvelope.AFTER).schema(), keys, nullable);
        SchemaBuilder envelope = SchemaBuilder.struct()
                .name(stream.name())
                .version(stream.version())
                .doc(stream.doc());
        for (Field field : stream.fields()) {
            boolean isRow =
                    field.name().equals(ChangeEnvelope.BEFORE) || field.name().equals(ChangeEnvelope.AFTER);
            envelope.field(field.name(), isRow ? rows.schema() : field.schema());
        }
        List<Field> key = keyFields.stream()
                .map(field -> rows.schema().field(field.name()))
                .toList();
        return new Written(envelope.build(), rows, keyOf(rows::keySchema), key);
    }

    private @Nullable Schema keyOf(Function<Field, Schema> schemas) {
        if (keyFields.isEmpty()) {
            return null;
        }
        SchemaBuilder builder = SchemaBuilder.struct().name(topic + ".Key");
        keyFields.forEach(field -> builder.field(field.name(), schemas.apply(field)));
        return builder.build();
    }

    /**
     * Serializes one change.
     *
     * @param value the envelope
     * @param movedFrom the row before the change, if this is the second half of an update of the key; otherwise null
     */
    List<EncodedChange> encode(Struct value, @Nullable Struct movedFrom) {
        return encode(value, movedFrom, UnsentValues.PLACEHOLDERS);
    }

    /**
     * Serializes one change.
     *
     * @param value the envelope
     * @param movedFrom the row before the change, if this is the second half of an update of the key; otherwise null
     * @param unsent what it has in the place of values that were not sent
     */
    List<EncodedChange> encode(Struct value, @Nullable Struct movedFrom, UnsentValues unsent) {
        Struct before = value.getStruct(ChangeEnvelope.BEFORE);
        Struct after = value.getStruct(ChangeEnvelope.AFTER);
        String operation = value.getString(ChangeEnvelope.OPERATION);
        return switch (operation) {
            case ChangeEnvelope.CREATE, ChangeEnvelope.READ ->
                List.of(change(value, operation, before, after, movedFrom, unsent));
            case ChangeEnvelope.UPDATE -> update(value, before, after, unsent);
            case ChangeEnvelope.DELETE -> delete(value, before);
            case ChangeEnvelope.TRUNCATE ->
                List.of(new EncodedChange(topic, null, truncation(value), null, null, List.of()));
            default ->
                throw new SyncException(
                        FaultKind.INTERNAL, "Unknown operation " + operation + " of " + table.table() + ".", "");
        };
    }

    /**
     * An update of the primary key comes in two halves; an update of another replica identity's columns that
     * leaves the primary key alone is split here the same way.
     */
    private List<EncodedChange> update(Struct value, @Nullable Struct before, Struct after, UnsentValues unsent) {
        if (before == null || keyFields.isEmpty() || sameKey(before, after)) {
            return List.of(change(value, ChangeEnvelope.UPDATE, before, after, null, unsent));
        }
        List<EncodedChange> changes = new ArrayList<>(delete(value, before));
        changes.add(change(value, ChangeEnvelope.CREATE, null, after, before, unsent));
        return changes;
    }

    private List<EncodedChange> delete(Struct value, @Nullable Struct before) {
        EncodedChange deletion = change(value, ChangeEnvelope.DELETE, before, null, null, UnsentValues.PLACEHOLDERS);
        return extras.tombstones() && deletion.key() != null
                ? List.of(deletion, new EncodedChange(topic, deletion.key(), null, null, null, List.of()))
                : List.of(deletion);
    }

    private boolean sameKey(Struct before, Struct after) {
        return keyFields.stream().allMatch(field -> {
            Object old = before.get(field);
            Object now = after.get(field);
            return Objects.deepEquals(old, now);
        });
    }

    private EncodedChange change(
            Struct value,
            String operation,
            @Nullable Struct before,
            @Nullable Struct after,
            @Nullable Struct movedFrom,
            UnsentValues unsent) {
        byte[] unchanged = unchanged(after, operation, movedFrom);
        if (unchanged == null || after == null) {
            return written(value, operation, before, after, movedFrom, unchanged);
        }
        List<Field> filled = unsent.fill(table, value, after, keyFields);
        try {
            return written(value, operation, before, after, movedFrom, unchanged);
        } finally {
            // The event stays in memory until its whole batch is written: thousands of large values would not fit.
            filled.forEach(field ->
                    after.put(field, field.schema().type() == Schema.Type.BYTES ? Unchanged.bytes() : Unchanged.TEXT));
        }
    }

    private EncodedChange written(
            Struct value,
            String operation,
            @Nullable Struct before,
            @Nullable Struct after,
            @Nullable Struct movedFrom,
            byte @Nullable [] unchanged) {
        FormedRows rows = written.rows();
        if (rows == null) {
            return plain(value, operation, before, after, movedFrom, unchanged);
        }
        boolean keyAlone = before != null && !keyFields.isEmpty() && rows.isKeyAlone(before);
        allowNulls(rows, keyAlone ? null : before, after);
        return formed(value, operation, before, after, movedFrom, keyAlone, unchanged);
    }

    private EncodedChange plain(
            Struct value,
            String operation,
            @Nullable Struct before,
            @Nullable Struct after,
            @Nullable Struct movedFrom,
            byte @Nullable [] unchanged) {
        Struct row = after == null ? Objects.requireNonNull(before, "A change has a row.") : after;
        byte[] bytes = operation.equals(value.getString(ChangeEnvelope.OPERATION)) && !extras.transactions()
                ? unchanged(value)
                : envelope(value, operation, before, after);
        return new EncodedChange(topic, key(row), bytes, unchanged, key(movedFrom), List.of());
    }

    private EncodedChange formed(
            Struct value,
            String operation,
            @Nullable Struct before,
            @Nullable Struct after,
            @Nullable Struct movedFrom,
            boolean keyAlone,
            byte @Nullable [] unchanged) {
        FormedRows rows = Objects.requireNonNull(written.rows(), "Only for rows with forms.");
        List<ValueText> texts = new ArrayList<>(0);
        @Nullable
        Object @Nullable [] formedBefore = before == null ? null : rows.row(before, ChangeHeaders.TEXT_BEFORE, texts);
        @Nullable Object @Nullable [] formedAfter = after == null ? null : rows.row(after, ChangeHeaders.TEXT, texts);
        if (keyAlone) {
            texts.add(new ValueText(ChangeHeaders.KEY_ALONE, KEY_ALONE_VALUE));
        }
        byte[] oldKey = null;
        if (movedFrom != null) {
            List<ValueText> oldTexts = new ArrayList<>(0);
            oldKey = key(rows.row(movedFrom, ChangeHeaders.TEXT_OLD_KEY, oldTexts));
            oldTexts.stream().filter(this::isOfKey).forEach(texts::add);
        }
        byte[] bytes = envelope(value, operation, formedBefore, formedAfter);
        @Nullable Object @Nullable [] row = formedAfter == null ? formedBefore : formedAfter;
        return new EncodedChange(topic, key(row), bytes, unchanged, oldKey, texts);
    }

    private boolean isOfKey(ValueText text) {
        String name = text.header().substring(ChangeHeaders.TEXT_OLD_KEY.length());
        return keyFields.stream().anyMatch(field -> field.name().equals(name));
    }

    /** The schemas become those of a table whose columns may have the NULLs that they have. */
    private void allowNulls(FormedRows rows, @Nullable Struct before, @Nullable Struct after) {
        boolean changed = before != null && nullable.addAll(rows.nullsOfRequired(before));
        changed |= after != null && nullable.addAll(rows.nullsOfRequired(after));
        if (changed) {
            written = written();
        }
    }

    private byte[] truncation(Struct value) {
        return written.rows() == null && !extras.transactions()
                ? unchanged(value)
                : envelope(value, ChangeEnvelope.TRUNCATE, null, null);
    }

    /** The envelope as the stream has it. */
    private byte[] unchanged(Struct value) {
        return valueBytes.converter().fromConnectData(topic, stream, value);
    }

    /**
     * The envelope of a change.
     *
     * @param before the row before it, a struct of the stream's or its values in their forms
     * @param after the same after it
     */
    private byte[] envelope(Struct value, String operation, @Nullable Object before, @Nullable Object after) {
        List<Field> from = value.schema().fields();
        List<Field> to = written.envelope().fields();
        @Nullable Object[] values = new Object[to.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (to.get(i).name()) {
                case ChangeEnvelope.BEFORE -> before;
                case ChangeEnvelope.AFTER -> after;
                case ChangeEnvelope.OPERATION -> operation;
                case ChangeEnvelope.ORDER ->
                    extras.transactions() && !operation.equals(ChangeEnvelope.READ)
                            ? order.next(to.get(i).schema(), topic, value)
                            : null;
                default -> value.get(from.get(i));
            };
        }
        return valueBytes.of(topic, written.envelope(), values);
    }

    private byte @Nullable [] key(@Nullable Struct row) {
        return row == null ? null : key(row::get);
    }

    private byte @Nullable [] key(@Nullable Object @Nullable [] row) {
        return row == null ? null : key(field -> row[field.index()]);
    }

    private byte @Nullable [] key(Function<Field, @Nullable Object> row) {
        Schema schema = written.key();
        if (schema == null) {
            return null;
        }
        List<Field> fields = written.keyFields();
        @Nullable Object[] values = new Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.apply(fields.get(i));
        }
        return keyBytes.of(topic, schema, values);
    }

    /** Only a row that was there before can lack values. */
    private byte @Nullable [] unchanged(@Nullable Struct row, String operation, @Nullable Struct movedFrom) {
        if (row == null || (movedFrom == null && !operation.equals(ChangeEnvelope.UPDATE))) {
            return null;
        }
        List<String> omitted = null;
        for (Field field : toastableFields) {
            if (Unchanged.is(row.get(field))) {
                omitted = omitted == null ? new ArrayList<>() : omitted;
                omitted.add(field.name());
            }
        }
        return omitted == null ? null : String.join(",", omitted).getBytes(StandardCharsets.US_ASCII);
    }
}
