package org.dtssync.connectors.avro;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * Builds the Connect schema for one Avro schema that {@link AvroSchemaBuilder} or Confluent's converter created. A record that
 * occurs twice becomes one Connect schema, so that comparing it is comparing a reference. Used once, by one thread.
 */
final class ConnectSchemaBuilder {

    private final IdentityHashMap<org.apache.avro.Schema, Schema> requiredRecords = new IdentityHashMap<>();
    private final IdentityHashMap<org.apache.avro.Schema, Schema> optionalRecords = new IdentityHashMap<>();
    private final Set<String> open = new HashSet<>();

    private ConnectSchemaBuilder() {}

    /** Returns the Connect schema of an Avro schema. */
    static Schema build(org.apache.avro.Schema avro) {
        return new ConnectSchemaBuilder().make(avro, false, null);
    }

    private Schema make(org.apache.avro.Schema avro, boolean optional, @Nullable Object fieldDefault) {
        return switch (avro.getType()) {
            case UNION -> make(memberBesideNull(avro), true, null);
            case RECORD -> record(avro, optional, fieldDefault);
            default -> finish(base(avro), avro, optional, fieldDefault);
        };
    }

    /** Returns the other member of a union with null. */
    static org.apache.avro.Schema memberBesideNull(org.apache.avro.Schema union) {
        if (union.getTypes().size() == 2 && union.isNullable()) {
            org.apache.avro.Schema first = union.getTypes().get(0);
            return first.getType() == org.apache.avro.Schema.Type.NULL
                    ? union.getTypes().get(1)
                    : first;
        }
        throw unsupported("a union of other than null and one type");
    }

    /** Returns whether an array stands for a map whose keys are not plain strings. */
    static boolean isEntries(org.apache.avro.Schema array) {
        org.apache.avro.Schema item = array.getElementType();
        return item.getType() == org.apache.avro.Schema.Type.RECORD
                && (item.getFullName().equals(AvroNames.NAMESPACE + "." + AvroNames.MAP_ENTRY)
                        || AvroNames.MAP_ENTRY.equals(item.getProp(AvroNames.CONNECT_INTERNAL_TYPE)))
                && item.getFields().size() == 2
                && item.getField(AvroNames.KEY_FIELD) != null
                && item.getField(AvroNames.VALUE_FIELD) != null;
    }

    private Schema record(org.apache.avro.Schema avro, boolean optional, @Nullable Object fieldDefault) {
        IdentityHashMap<org.apache.avro.Schema, Schema> records = optional ? optionalRecords : requiredRecords;
        Schema known = fieldDefault == null ? records.get(avro) : null;
        if (known != null) {
            return known;
        }
        if (!open.add(avro.getFullName())) {
            throw unsupported("a record that contains itself, " + avro.getFullName());
        }
        SchemaBuilder builder = SchemaBuilder.struct();
        if (avro.getDoc() != null) {
            builder.parameter(AvroNames.RECORD_DOC, avro.getDoc());
        }
        for (org.apache.avro.Schema.Field field : avro.getFields()) {
            if (field.doc() != null) {
                builder.parameter(AvroNames.FIELD_DOC_PREFIX + field.name(), field.doc());
            }
            builder.field(field.name(), make(field.schema(), false, fieldDefault(field)));
        }
        open.remove(avro.getFullName());
        Schema schema = finish(builder, avro, optional, fieldDefault);
        if (fieldDefault == null) {
            records.put(avro, schema);
        }
        return schema;
    }

    /** connect.default takes precedence; Avro cannot return every default that it allows to be written. */
    private static @Nullable Object fieldDefault(org.apache.avro.Schema.Field field) {
        org.apache.avro.Schema avro = field.schema();
        boolean needed =
                field.hasDefaultValue() && !avro.isUnion() && !avro.propsContainsKey(AvroNames.CONNECT_DEFAULT);
        return needed ? field.defaultVal() : null;
    }

    private SchemaBuilder base(org.apache.avro.Schema avro) {
        return switch (avro.getType()) {
            case BOOLEAN -> SchemaBuilder.bool();
            case INT -> integer(avro);
            case LONG ->
                AvroNames.LOGICAL_TIMESTAMP.equals(avro.getProp(AvroNames.LOGICAL_TYPE))
                        ? Timestamp.builder()
                        : SchemaBuilder.int64();
            case FLOAT -> SchemaBuilder.float32();
            case DOUBLE -> SchemaBuilder.float64();
            case STRING -> SchemaBuilder.string();
            case BYTES -> bytes(avro);
            case FIXED -> bytes(avro).parameter(AvroNames.FIXED_SIZE, String.valueOf(avro.getFixedSize()));
            case ENUM -> enumeration(avro);
            case MAP -> SchemaBuilder.map(Schema.STRING_SCHEMA, make(avro.getValueType(), false, null));
            case ARRAY -> array(avro);
            default -> throw unsupported("the type " + avro.getType());
        };
    }

    private static SchemaBuilder integer(org.apache.avro.Schema avro) {
        String logical = String.valueOf(avro.getProp(AvroNames.LOGICAL_TYPE));
        String type = String.valueOf(avro.getProp(AvroNames.CONNECT_TYPE));
        return switch (logical) {
            case AvroNames.LOGICAL_DATE -> Date.builder();
            case AvroNames.LOGICAL_TIME -> Time.builder();
            default ->
                switch (type) {
                    case AvroNames.INT8 -> SchemaBuilder.int8();
                    case AvroNames.INT16 -> SchemaBuilder.int16();
                    default -> SchemaBuilder.int32();
                };
        };
    }

    private static SchemaBuilder bytes(org.apache.avro.Schema avro) {
        if (!AvroNames.LOGICAL_DECIMAL.equals(avro.getProp(AvroNames.LOGICAL_TYPE))) {
            return SchemaBuilder.bytes();
        }
        SchemaBuilder builder =
                Decimal.builder(avro.getObjectProp(AvroNames.SCALE) instanceof Number scale ? scale.intValue() : 0);
        if (avro.getObjectProp(AvroNames.PRECISION) instanceof Number precision
                && precision.intValue() != AvroNames.DEFAULT_DECIMAL_PRECISION) {
            builder.parameter(AvroNames.DECIMAL_PRECISION, precision.toString());
        }
        return builder;
    }

    private static SchemaBuilder enumeration(org.apache.avro.Schema avro) {
        SchemaBuilder builder = SchemaBuilder.string();
        if (avro.getDoc() != null) {
            builder.parameter(AvroNames.ENUM_DOC_PREFIX + avro.getName(), avro.getDoc());
        }
        if (avro.getEnumDefault() != null) {
            builder.parameter(AvroNames.ENUM_DEFAULT_PREFIX + avro.getName(), avro.getEnumDefault());
        }
        builder.parameter(AvroNames.ENUM, avro.getFullName());
        avro.getEnumSymbols().forEach(symbol -> builder.parameter(AvroNames.ENUM + "." + symbol, symbol));
        return builder;
    }

    private SchemaBuilder array(org.apache.avro.Schema avro) {
        org.apache.avro.Schema item = avro.getElementType();
        if (!isEntries(avro)) {
            return SchemaBuilder.array(make(item, false, null));
        }
        return SchemaBuilder.map(
                make(item.getField(AvroNames.KEY_FIELD).schema(), false, null),
                make(item.getField(AvroNames.VALUE_FIELD).schema(), false, null));
    }

    private static Schema finish(
            SchemaBuilder builder, org.apache.avro.Schema avro, boolean optional, @Nullable Object fieldDefault) {
        if (avro.getProp(AvroNames.CONNECT_DOC) != null) {
            builder.doc(avro.getProp(AvroNames.CONNECT_DOC));
        }
        if (avro.getObjectProp(AvroNames.CONNECT_VERSION) instanceof Number version && builder.version() == null) {
            builder.version(version.intValue());
        }
        addParameters(builder, avro);
        addName(builder, avro);
        if (optional) {
            builder.optional();
        }
        Object annotated = avro.getObjectProp(AvroNames.CONNECT_DEFAULT);
        addDefault(builder, annotated == null ? fieldDefault : annotated, avro);
        return builder.build();
    }

    private static void addParameters(SchemaBuilder builder, org.apache.avro.Schema avro) {
        if (avro.getObjectProp(AvroNames.CONNECT_PARAMETERS) instanceof Map<?, ?> parameters) {
            parameters.forEach((name, value) -> builder.parameter(name.toString(), value.toString()));
        }
        avro.getObjectProps().forEach((name, value) -> {
            if (name.startsWith(AvroNames.AVRO_PREFIX)) {
                builder.parameter(name, value.toString());
            }
        });
    }

    private static void addName(SchemaBuilder builder, org.apache.avro.Schema avro) {
        String name = avro.getProp(AvroNames.CONNECT_NAME);
        boolean decimal = Decimal.LOGICAL_NAME.equals(builder.name());
        if (name == null
                && !decimal
                && switch (avro.getType()) {
                    case RECORD, ENUM, FIXED -> true;
                    default -> false;
                }) {
            name = avro.getFullName();
        }
        if (name != null
                && builder.name() == null
                && !name.startsWith(AvroNames.NAMESPACE + "." + AvroNames.DEFAULT_RECORD)) {
            builder.name(name);
        }
    }

    private static void addDefault(SchemaBuilder builder, @Nullable Object json, org.apache.avro.Schema avro) {
        if (json == null) {
            return;
        }
        try {
            builder.defaultValue(DefaultValues.fromJson(builder, json));
        } catch (DataException | ClassCastException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "The default value of " + avro.getName() + " does not fit its Avro schema.",
                    "Correct the schema in the registry.",
                    e);
        }
    }

    private static SyncException unsupported(String what) {
        return new SyncException(
                FaultKind.DATA,
                "The Avro schema holds " + what + ", which has no counterpart in Kafka Connect.",
                "Read only topics that were written by a Kafka Connect converter.");
    }
}
