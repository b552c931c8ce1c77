package org.dtssync.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.junit.jupiter.api.Test;

/** What the converter promises beside carrying values. */
final class AvroConverterTest {

    private static final Schema ROW = SchemaBuilder.struct()
            .name("shop.Row")
            .field("id", Schema.INT64_SCHEMA)
            .optional()
            .build();
    private static final Schema ENVELOPE = SchemaBuilder.struct()
            .name("shop.Envelope")
            .field("before", ROW)
            .field("after", ROW)
            .build();

    private final MemoryRegistry registry = new MemoryRegistry();
    private final AvroConverter converter = converter();

    private AvroConverter converter() {
        AvroConverter made = new AvroConverter(registry);
        made.configure(Map.of(), false);
        return made;
    }

    private static Struct envelope(Schema schema, long id) {
        Schema row = schema.field("after").schema();
        return new Struct(schema).put("after", new Struct(row).put("id", id));
    }

    @Test
    void noValueIsNoBytesAndTheOtherWayRound() {
        assertThat(converter.fromConnectData("t", ENVELOPE, null)).isNull();
        assertThat(converter.toConnectData("t", null)).isEqualTo(SchemaAndValue.NULL);
    }

    @Test
    void aNullStaysNullWhereTheColumnHasADefault() {
        Schema schema = SchemaBuilder.struct()
                .field("n", SchemaBuilder.int32().optional().defaultValue(5).build())
                .build();

        Struct read = (Struct) converter
                .toConnectData("t", converter.fromConnectData("t", schema, new Struct(schema)))
                .value();

        assertThat(read.getWithoutDefault("n")).isNull();
    }

    @Test
    void aStructThatOccursTwiceIsOneSchemaAfterReading() {
        byte[] bytes = converter.fromConnectData("t", ENVELOPE, envelope(ENVELOPE, 1));

        Schema read = converter.toConnectData("t", bytes).schema();

        assertThat(read.field("after").schema()).isSameAs(read.field("before").schema());
        assertThat(converter.toConnectData("t", bytes).schema()).isSameAs(read);
    }

    @Test
    void anEqualSchemaIsNotRegisteredAgain() {
        Schema equal = SchemaBuilder.struct()
                .name("shop.Envelope")
                .field("before", ROW)
                .field("after", ROW)
                .build();

        byte[] first = converter.fromConnectData("t", ENVELOPE, envelope(ENVELOPE, 1));
        byte[] second = converter.fromConnectData("t", equal, envelope(equal, 1));

        assertThat(second).isEqualTo(first);
        assertThat(registry.requests).containsExactly("register t-value");
    }

    @Test
    void aNameThatAvroForbidsIsNamed() {
        Schema schema = SchemaBuilder.struct()
                .name("shop.Row")
                .field("a b", Schema.INT32_SCHEMA)
                .build();

        SyncException fault = catchThrowableOfType(
                SyncException.class, () -> converter.fromConnectData("t", schema, new Struct(schema).put("a b", 1)));

        assertThat(fault.kind()).isEqualTo(FaultKind.DATA);
        assertThat(fault.what()).isEqualTo("Field shop.Row.a b has a name that Avro does not allow.");
    }

    @Test
    void twoStructsOfOneNameAreRefused() {
        Schema other = SchemaBuilder.struct()
                .name("shop.Row")
                .field("x", Schema.INT64_SCHEMA)
                .build();
        Schema schema = SchemaBuilder.struct().field("a", ROW).field("b", other).build();
        Struct value = new Struct(schema).put("b", new Struct(other).put("x", 1L));

        SyncException fault =
                catchThrowableOfType(SyncException.class, () -> converter.fromConnectData("t", schema, value));

        assertThat(fault.what())
                .isEqualTo(
                        "Two different structs within one record are both named shop.Row, the second at the record.b.");
    }

    @Test
    void aMissingValueIsNamed() {
        Schema required = SchemaBuilder.struct()
                .name("shop.Row")
                .field("id", Schema.INT64_SCHEMA)
                .build();

        SyncException fault = catchThrowableOfType(
                SyncException.class, () -> converter.fromConnectData("t", required, new Struct(required)));

        assertThat(fault.what())
                .isEqualTo("The value of shop.Row.id is null although its Connect schema is not optional.");
    }

    @Test
    void aDamagedRecordIsAFaultOfTheDataAtWhateverByteItEnds() {
        byte[] bytes = converter.fromConnectData("t", ENVELOPE, envelope(ENVELOPE, 300));
        assertThat(bytes).isNotNull();
        for (int length = 0; length <= bytes.length + 1; length++) {
            byte[] damaged = Arrays.copyOf(bytes, length);
            if (length == bytes.length) {
                continue;
            }
            SyncException fault =
                    catchThrowableOfType(SyncException.class, () -> converter.toConnectData("t", damaged));

            assertThat(fault.kind()).isEqualTo(FaultKind.DATA);
            assertThat(fault.what()).contains("topic t ");
        }
    }
}
