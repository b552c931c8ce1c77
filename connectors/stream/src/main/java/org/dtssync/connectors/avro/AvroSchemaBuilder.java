package org.dtssync.connectors.avro;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.AvroTypeException;
import org.apache.avro.JsonProperties;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * Builds the Avro schema for one Connect schema, as Confluent's converter does: an optional schema becomes a union with null, and
 * what Avro cannot express goes into {@code connect.*} properties. Used once, by one thread.
 */
final class AvroSchemaBuilder {

    private record Made(Schema connect, org.apache.avro.Schema avro) {}

    private final List<Made> records = new ArrayList<>();
    private int unnamed;
    private int entries;

    private AvroSchemaBuilder() {}

    /** Returns the Avro schema of a Connect schema. */
    static org.apache.avro.Schema build(Schema schema) {
        return new AvroSchemaBuilder().make(schema, schema.name() == null ? "the record" : schema.name());
    }

    private org.apache.avro.Schema make(Schema schema, String path) {
        if (schema.type() == Schema.Type.STRUCT) {
            org.apache.avro.Schema struct = struct(schema, path);
            return schema.isOptional() ? nullFirst(struct) : struct;
        }
        org.apache.avro.Schema base = annotate(base(schema, path), schema);
        if (!schema.isOptional()) {
            return base;
        }
        // Avro requires a field's default to be of the union's first type.
        return schema.defaultValue() == null
                ? nullFirst(base)
                : org.apache.avro.Schema.createUnion(base, create(org.apache.avro.Schema.Type.NULL));
    }

    private org.apache.avro.Schema base(Schema schema, String path) {
        return switch (schema.type()) {
            case INT8, INT16, INT32 -> create(org.apache.avro.Schema.Type.INT);
            case INT64 -> create(org.apache.avro.Schema.Type.LONG);
            case FLOAT32 -> create(org.apache.avro.Schema.Type.FLOAT);
            case FLOAT64 -> create(org.apache.avro.Schema.Type.DOUBLE);
            case BOOLEAN -> create(org.apache.avro.Schema.Type.BOOLEAN);
            case STRING -> create(org.apache.avro.Schema.Type.STRING);
            case BYTES -> create(org.apache.avro.Schema.Type.BYTES);
            case ARRAY -> org.apache.avro.Schema.createArray(make(schema.valueSchema(), path + "[]"));
            case MAP -> map(schema, path);
            case STRUCT -> throw new IllegalArgumentException("structs are made elsewhere");
        };
    }

    private static org.apache.avro.Schema create(org.apache.avro.Schema.Type type) {
        return org.apache.avro.Schema.create(type);
    }

    private static org.apache.avro.Schema nullFirst(org.apache.avro.Schema schema) {
        return org.apache.avro.Schema.createUnion(create(org.apache.avro.Schema.Type.NULL), schema);
    }

    private org.apache.avro.Schema map(Schema schema, String path) {
        if (MapShape.of(schema) == MapShape.PLAIN) {
            return org.apache.avro.Schema.createMap(make(schema.valueSchema(), path + "{}"));
        }
        String name;
        if (schema.name() == null) {
            entries++;
            name = AvroNames.NAMESPACE + "." + AvroNames.MAP_ENTRY + (entries > 1 ? entries : "");
        } else {
            name = AvroNames.requireFullName(schema.name(), path);
        }
        org.apache.avro.Schema entry = org.apache.avro.Schema.createRecord(name, null, null, false);
        if (schema.name() != null || entries > 1) {
            entry.addProp(AvroNames.CONNECT_INTERNAL_TYPE, AvroNames.MAP_ENTRY);
        }
        entry.setFields(List.of(
                field(AvroNames.KEY_FIELD, schema.keySchema(), null, path + "{key}"),
                field(AvroNames.VALUE_FIELD, schema.valueSchema(), null, path + "{}")));
        return org.apache.avro.Schema.createArray(entry);
    }

    /** A struct that occurs twice is written once and then referred to by its name. */
    private org.apache.avro.Schema struct(Schema schema, String path) {
        for (Made made : records) {
            if (isSame(made.connect(), schema)) {
                return made.avro();
            }
            if (schema.name() != null && schema.name().equals(made.connect().name())) {
                throw new SyncException(
                        FaultKind.DATA,
                        "Two different structs within one record are both named " + schema.name() + ", the second at "
                                + path + ".",
                        "Give them different schema names.");
            }
        }
        String name;
        if (schema.name() == null) {
            unnamed++;
            name = AvroNames.NAMESPACE + "." + AvroNames.DEFAULT_RECORD + (unnamed > 1 ? unnamed : "");
        } else {
            name = AvroNames.requireFullName(schema.name(), path);
        }
        Map<String, String> parameters = schema.parameters() == null ? Map.of() : schema.parameters();
        org.apache.avro.Schema avro =
                org.apache.avro.Schema.createRecord(name, parameters.get(AvroNames.RECORD_DOC), null, false);
        List<org.apache.avro.Schema.Field> fields = new ArrayList<>();
        for (Field field : schema.fields()) {
            String fieldPath = path + "." + field.name();
            AvroNames.requireField(field.name(), fieldPath);
            String doc = parameters.get(AvroNames.FIELD_DOC_PREFIX + field.name());
            fields.add(field(field.name(), field.schema(), doc, fieldPath));
        }
        avro.setFields(fields);
        annotate(avro, schema);
        records.add(new Made(schema, avro));
        return avro;
    }

    /** Equal except for being optional, which is a property of the field, not of the struct. */
    private static boolean isSame(Schema one, Schema other) {
        return one == other
                || (Objects.equals(one.name(), other.name())
                        && Objects.equals(one.version(), other.version())
                        && Objects.equals(one.doc(), other.doc())
                        && Objects.equals(one.parameters(), other.parameters())
                        && Objects.deepEquals(one.defaultValue(), other.defaultValue())
                        && one.fields().equals(other.fields()));
    }

    private org.apache.avro.Schema.Field field(String name, Schema schema, @Nullable String doc, String path) {
        org.apache.avro.Schema avro = make(schema, path);
        Object value = fieldDefault(schema);
        try {
            return new org.apache.avro.Schema.Field(name, avro, doc, value);
        } catch (AvroTypeException e) {
            // Connect's defaults of structs and of maps with other keys have no form in Avro; connect.default keeps
            // them.
            return new org.apache.avro.Schema.Field(name, avro, doc);
        }
    }

    private static @Nullable Object fieldDefault(Schema schema) {
        if (schema.defaultValue() == null) {
            return schema.isOptional() ? JsonProperties.NULL_VALUE : null;
        }
        return DefaultValues.isExpressible(schema.defaultValue())
                ? DefaultValues.toJson(schema, schema.defaultValue())
                : null;
    }

    private static org.apache.avro.Schema annotate(org.apache.avro.Schema avro, Schema schema) {
        if (schema.doc() != null) {
            avro.addProp(AvroNames.CONNECT_DOC, schema.doc());
        }
        if (schema.version() != null) {
            avro.addProp(AvroNames.CONNECT_VERSION, schema.version());
        }
        addParameters(avro, schema);
        if (schema.defaultValue() != null
                && !isAvroDefault(schema)
                && DefaultValues.isExpressible(schema.defaultValue())) {
            avro.addProp(AvroNames.CONNECT_DEFAULT, DefaultValues.toJson(schema, schema.defaultValue()));
        }
        if (schema.name() != null) {
            avro.addProp(AvroNames.CONNECT_NAME, schema.name());
        }
        if (schema.type() == Schema.Type.INT8) {
            avro.addProp(AvroNames.CONNECT_TYPE, AvroNames.INT8);
        } else if (schema.type() == Schema.Type.INT16) {
            avro.addProp(AvroNames.CONNECT_TYPE, AvroNames.INT16);
        }
        addLogicalType(avro, schema);
        return avro;
    }

    private static boolean isAvroDefault(Schema schema) {
        return schema.parameters() != null && schema.parameters().containsKey(AvroNames.FIELD_DEFAULT_FLAG);
    }

    private static void addParameters(org.apache.avro.Schema avro, Schema schema) {
        if (schema.parameters() == null) {
            return;
        }
        Map<String, String> parameters = new LinkedHashMap<>(schema.parameters());
        parameters.remove(AvroNames.FIELD_DEFAULT_FLAG);
        if (!parameters.isEmpty()) {
            avro.addProp(AvroNames.CONNECT_PARAMETERS, parameters);
        }
        parameters.forEach((name, value) -> {
            if (name.startsWith(AvroNames.AVRO_PREFIX)) {
                avro.addProp(name, value);
            }
        });
    }

    private static void addLogicalType(org.apache.avro.Schema avro, Schema schema) {
        switch (Logical.of(schema)) {
            case DECIMAL -> {
                Map<String, String> parameters = schema.parameters();
                String precision = parameters.get(AvroNames.DECIMAL_PRECISION);
                avro.addProp(AvroNames.SCALE, Integer.valueOf(parameters.get(Decimal.SCALE_FIELD)));
                avro.addProp(
                        AvroNames.PRECISION,
                        precision == null ? AvroNames.DEFAULT_DECIMAL_PRECISION : Integer.valueOf(precision));
                avro.addProp(AvroNames.LOGICAL_TYPE, AvroNames.LOGICAL_DECIMAL);
            }
            case DATE -> avro.addProp(AvroNames.LOGICAL_TYPE, AvroNames.LOGICAL_DATE);
            case TIME -> avro.addProp(AvroNames.LOGICAL_TYPE, AvroNames.LOGICAL_TIME);
            case TIMESTAMP -> avro.addProp(AvroNames.LOGICAL_TYPE, AvroNames.LOGICAL_TIMESTAMP);
            case NONE -> {}
        }
    }
}
