package org.dtssync.connectors.capture;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Serializes the changes of one table as long as the schema of its envelopes stays the same object: builds the key from the
 * replica identity's columns and records which columns were not sent.
 *
 * <p>Not thread-safe.
 */
final class TableEncoder {

    private final String topic;
    private final CapturedTable table;
    private final Schema envelope;
    private final Converter keyConverter;
    private final Converter valueConverter;
    private final List<Field> keyFields;
    private final List<Field> toastableFields;
    private final @Nullable Schema keySchema;
    private final SeenShape structure;

    TableEncoder(String topic, CapturedTable table, Schema envelope, Converter keyConverter, Converter valueConverter) {
        this.topic = topic;
        this.table = table;
        this.envelope = envelope;
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
        Schema row = envelope.field("after").schema();
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
        this.keySchema = keyFields.isEmpty() ? null : keySchema();
    }

    /** Returns whether this encoder was created for exactly this schema. */
    boolean isFor(Schema schema) {
        return envelope == schema;
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

    /** Returns the shape of the records. */
    SeenShape structure() {
        return structure;
    }

    private Schema keySchema() {
        SchemaBuilder builder = SchemaBuilder.struct().name(topic + ".Key");
        keyFields.forEach(field -> builder.field(field.name(), field.schema()));
        return builder.build();
    }

    /**
     * Serializes one change.
     *
     * @param value the envelope
     * @param movedFrom the row before the change, if this is the second half of an update of the key; otherwise null
     */
    List<EncodedChange> encode(Struct value, @Nullable Struct movedFrom) {
        Struct before = value.getStruct("before");
        Struct after = value.getStruct("after");
        return switch (value.getString("op")) {
            case "c", "r" -> List.of(change(value, after, movedFrom, movedFrom != null));
            case "u" -> update(value, before, after);
            case "d" -> List.of(change(value, before, null, false));
            case "t" -> List.of(new EncodedChange(topic, null, serialize(value), null, null));
            default ->
                throw new SyncException(
                        FaultKind.INTERNAL,
                        "Unknown operation " + value.getString("op") + " of " + table.table() + ".",
                        "");
        };
    }

    /**
     * An update of the primary key comes in two halves; an update of another replica identity's columns that
     * leaves the primary key alone is split here the same way.
     */
    private List<EncodedChange> update(Struct value, @Nullable Struct before, Struct after) {
        if (before == null || keyFields.isEmpty() || sameKey(before, after)) {
            return List.of(change(value, after, null, true));
        }
        Struct delete = copy(value, before, null, "d");
        Struct create = copy(value, null, after, "c");
        return List.of(change(delete, before, null, false), change(create, after, before, true));
    }

    private boolean sameKey(Struct before, Struct after) {
        return keyFields.stream().allMatch(field -> {
            Object old = before.get(field);
            Object now = after.get(field);
            return Objects.deepEquals(old, now);
        });
    }

    private Struct copy(Struct value, @Nullable Struct before, @Nullable Struct after, String operation) {
        Struct copy = new Struct(envelope);
        for (Field field : envelope.fields()) {
            copy.put(field, value.get(field));
        }
        return copy.put("before", before).put("after", after).put("op", operation);
    }

    private EncodedChange change(Struct value, Struct row, @Nullable Struct movedFrom, boolean mayOmit) {
        byte[] unchanged = mayOmit ? unchanged(row) : null;
        byte[] oldKey = movedFrom == null || keySchema == null ? null : key(keySchema, movedFrom);
        byte[] key = keySchema == null ? null : key(keySchema, row);
        return new EncodedChange(topic, key, serialize(value), unchanged, oldKey);
    }

    private byte[] serialize(Struct value) {
        return valueConverter.fromConnectData(topic, envelope, value);
    }

    private byte[] key(Schema schema, Struct row) {
        Struct key = new Struct(schema);
        List<Field> fields = schema.fields();
        for (int i = 0; i < fields.size(); i++) {
            key.put(fields.get(i), row.get(keyFields.get(i)));
        }
        return keyConverter.fromConnectData(topic, schema, key);
    }

    private byte @Nullable [] unchanged(Struct row) {
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
