package org.dtssync.connectors.avro;

import org.apache.kafka.connect.data.Schema;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/** Writes the values of one Connect schema, null ones too if it is optional. Not thread-safe. */
final class NullableEncoder {

    /** Avro's zigzag form of a union's index: twice the index. */
    private static final int FIRST = 0;

    private static final int SECOND = 2;

    private final ValueEncoder encoder;
    private final boolean optional;
    private final int nullBranch;
    private final int valueBranch;
    private final String path;

    NullableEncoder(Schema schema, String path) {
        boolean nullLast = schema.defaultValue() != null && schema.type() != Schema.Type.STRUCT;
        this.encoder = ValueEncoder.of(schema, path);
        this.optional = schema.isOptional();
        this.nullBranch = nullLast ? SECOND : FIRST;
        this.valueBranch = nullLast ? FIRST : SECOND;
        this.path = path;
    }

    void encode(@Nullable Object value, AvroOutput output) {
        if (value != null) {
            if (optional) {
                output.writeByte(valueBranch);
            }
            encoder.encode(value, output);
        } else if (optional) {
            output.writeByte(nullBranch);
        } else {
            throw new SyncException(
                    FaultKind.DATA,
                    "The value of " + path + " is null although its Connect schema is not optional.",
                    "Report this with the column's type.");
        }
    }
}
