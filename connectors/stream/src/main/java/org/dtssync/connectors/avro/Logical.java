package org.dtssync.connectors.avro;

import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;

/** The logical types of Kafka Connect: values that are held as another class than they are written as. */
enum Logical {
    /** A number with a scale, written as bytes. */
    DECIMAL,
    /** A day, written as days. */
    DATE,
    /** A time of day, written as milliseconds. */
    TIME,
    /** A time, written as milliseconds. */
    TIMESTAMP,
    /** Every other schema. */
    NONE;

    /** Returns the logical type of a schema. */
    static Logical of(Schema schema) {
        if (schema.name() == null) {
            return NONE;
        }
        return switch (schema.name()) {
            case Decimal.LOGICAL_NAME -> schema.type() == Schema.Type.BYTES ? DECIMAL : NONE;
            case Date.LOGICAL_NAME -> schema.type() == Schema.Type.INT32 ? DATE : NONE;
            case Time.LOGICAL_NAME -> schema.type() == Schema.Type.INT32 ? TIME : NONE;
            case Timestamp.LOGICAL_NAME -> schema.type() == Schema.Type.INT64 ? TIMESTAMP : NONE;
            default -> NONE;
        };
    }

    /** Returns the value as it is written. */
    Object toPlain(Schema schema, Object value) {
        return switch (this) {
            case DECIMAL -> Decimal.fromLogical(schema, (java.math.BigDecimal) value);
            case DATE -> Date.fromLogical(schema, (java.util.Date) value);
            case TIME -> Time.fromLogical(schema, (java.util.Date) value);
            case TIMESTAMP -> Timestamp.fromLogical(schema, (java.util.Date) value);
            case NONE -> value;
        };
    }

    /** Returns the value as Kafka Connect holds it. */
    Object fromPlain(Schema schema, Object value) {
        return switch (this) {
            case DECIMAL -> Decimal.toLogical(schema, (byte[]) value);
            case DATE -> Date.toLogical(schema, (Integer) value);
            case TIME -> Time.toLogical(schema, (Integer) value);
            case TIMESTAMP -> Timestamp.toLogical(schema, (Long) value);
            case NONE -> value;
        };
    }
}
