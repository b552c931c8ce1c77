package org.dtssync.connectors.capture;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
    private final Converter keyConverter;
    private final Converter valueConverter;
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
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
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
            return new Written(stream, null, key(keyFields), keyFields);
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
        return new Written(envelope.build(), rows, key(key), key);
    }

    private @Nullable Schema key(List<Field> fields) {
        if (fields.isEmpty()) {
            return null;
        }
        SchemaBuilder builder = SchemaBuilder.struct().name(topic + ".Key");
        fields.forEach(field -> builder.field(field.name(), field.schema()));
        return builder.build();
    }

    /**
     * Serializes one change.
     *
     * @param value the envelope
     * @param movedFrom the row before the change, if this is the second half of an update of the key; otherwise null
     */
    List<EncodedChange> encode(Struct value, @Nullable Struct movedFrom) {
        Struct before = value.getStruct(ChangeEnvelope.BEFORE);
        Struct after = value.getStruct(ChangeEnvelope.AFTER);
        String operation = value.getString(ChangeEnvelope.OPERATION);
        return switch (operation) {
            case ChangeEnvelope.CREATE, ChangeEnvelope.READ ->
                List.of(change(value, operation, before, after, movedFrom));
            case ChangeEnvelope.UPDATE -> update(value, before, after);
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
    private List<EncodedChange> update(Struct value, @Nullable Struct before, Struct after) {
        if (before == null || keyFields.isEmpty() || sameKey(before, after)) {
            return List.of(change(value, ChangeEnvelope.UPDATE, before, after, null));
        }
        List<EncodedChange> changes = new ArrayList<>(delete(value, before));
        changes.add(change(value, ChangeEnvelope.CREATE, null, after, before));
        return changes;
    }

    private List<EncodedChange> delete(Struct value, @Nullable Struct before) {
        EncodedChange deletion = change(value, ChangeEnvelope.DELETE, before, null, null);
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
            @Nullable Struct movedFrom) {
        FormedRows rows = written.rows();
        if (rows == null) {
            return plain(value, operation, before, after, movedFrom);
        }
        boolean keyAlone = before != null && !keyFields.isEmpty() && rows.isKeyAlone(before);
        allowNulls(rows, keyAlone ? null : before, after);
        return formed(value, operation, before, after, movedFrom, keyAlone);
    }

    private EncodedChange plain(
            Struct value,
            String operation,
            @Nullable Struct before,
            @Nullable Struct after,
            @Nullable Struct movedFrom) {
        Struct row = after == null ? Objects.requireNonNull(before, "A change has a row.") : after;
        byte[] bytes = serialize(
                operation.equals(value.getString(ChangeEnvelope.OPERATION)) && !extras.transactions()
                        ? value
                        : envelope(stream, value, operation, before, after));
        return new EncodedChange(
                topic, key(row), bytes, unchanged(after, operation, movedFrom), key(movedFrom), List.of());
    }

    private EncodedChange formed(
            Struct value,
            String operation,
            @Nullable Struct before,
            @Nullable Struct after,
            @Nullable Struct movedFrom,
            boolean keyAlone) {
        FormedRows rows = Objects.requireNonNull(written.rows(), "Only for rows with forms.");
        List<ValueText> texts = new ArrayList<>(0);
        Struct formedBefore = before == null ? null : rows.row(before, ChangeHeaders.TEXT_BEFORE, texts);
        Struct formedAfter = after == null ? null : rows.row(after, ChangeHeaders.TEXT, texts);
        if (keyAlone) {
            texts.add(new ValueText(ChangeHeaders.KEY_ALONE, KEY_ALONE_VALUE));
        }
        byte[] oldKey = null;
        if (movedFrom != null) {
            List<ValueText> oldTexts = new ArrayList<>(0);
            oldKey = key(rows.row(movedFrom, ChangeHeaders.TEXT_OLD_KEY, oldTexts));
            oldTexts.stream().filter(this::isOfKey).forEach(texts::add);
        }
        byte[] bytes = serialize(envelope(written.envelope(), value, operation, formedBefore, formedAfter));
        Struct row = formedAfter == null ? formedBefore : formedAfter;
        return new EncodedChange(topic, key(row), bytes, unchanged(after, operation, movedFrom), oldKey, texts);
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
        return serialize(
                written.rows() == null && !extras.transactions()
                        ? value
                        : envelope(written.envelope(), value, ChangeEnvelope.TRUNCATE, null, null));
    }

    private Struct envelope(
            Schema schema, Struct value, String operation, @Nullable Struct before, @Nullable Struct after) {
        Struct envelope = new Struct(schema);
        List<Field> from = value.schema().fields();
        List<Field> to = schema.fields();
        for (int i = 0; i < to.size(); i++) {
            switch (to.get(i).name()) {
                case ChangeEnvelope.BEFORE -> envelope.put(to.get(i), before);
                case ChangeEnvelope.AFTER -> envelope.put(to.get(i), after);
                case ChangeEnvelope.OPERATION -> envelope.put(to.get(i), operation);
                case ChangeEnvelope.ORDER ->
                    envelope.put(
                            to.get(i),
                            extras.transactions() ? order.next(to.get(i).schema(), topic, value) : null);
                default -> envelope.put(to.get(i), value.get(from.get(i)));
            }
        }
        return envelope;
    }

    private byte[] serialize(Struct value) {
        return valueConverter.fromConnectData(topic, written.envelope(), value);
    }

    private byte @Nullable [] key(@Nullable Struct row) {
        Schema schema = written.key();
        if (schema == null || row == null) {
            return null;
        }
        Struct key = new Struct(schema);
        List<Field> fields = schema.fields();
        for (int i = 0; i < fields.size(); i++) {
            key.put(fields.get(i), row.get(written.keyFields().get(i)));
        }
        return keyConverter.fromConnectData(topic, schema, key);
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
