package org.dtssync.connectors.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a form takes it returns as the same text; what it cannot hold it refuses; readers know the form by the schema alone. */
class ColumnFormTest {

    @Test
    void constantsAreDefaultsAndExpressionsAreNot() {
        assertThat(ConstantDefault.of("5", null, Schema.Type.INT32)).isEqualTo(5);
        assertThat(ConstantDefault.of("'-9'::integer", null, Schema.Type.INT64)).isEqualTo(-9L);
        assertThat(ConstantDefault.of("(-2)", null, Schema.Type.INT16)).isEqualTo((short) -2);
        assertThat(ConstantDefault.of("true", null, Schema.Type.BOOLEAN)).isEqualTo(true);
        assertThat(ConstantDefault.of("'-0.5'::numeric", null, Schema.Type.FLOAT32))
                .isEqualTo(-0.5f);
        assertThat(byDefault(column("text", 0, 0), "'it''s'::text")).isEqualTo("it's");
        assertThat(byDefault(column("varchar", 0, 0), "''::character varying")).isEqualTo("");
        assertThat(byDefault(column("bpchar", 0, 0), "'c'::bpchar")).isEqualTo("c");
        assertThat(byDefault(column("numeric", 8, 2), "0")).isEqualTo(new BigDecimal("0.00"));
        assertThat(byDefault(column("date", 0, 0), "'1970-01-02'::date")).isEqualTo(1);
        assertThat(byDefault(column("timestamptz", 0, 6), "'2024-02-29 17:30:00+05:30'::timestamp with time zone"))
                .isEqualTo("2024-02-29T12:00:00.000000Z");
        assertThat(byDefault(new ColumnForm(ColumnForm.ENUM, 0, 0, "a,b"), "'b'::\"Mood\""))
                .isEqualTo("b");
        for (String none :
                List.of("now()", "nextval('s'::regclass)", "('a'::text || 'b'::text)", "NULL::text", "CURRENT_DATE")) {
            assertThat(byDefault(column("text", 0, 0), none)).as(none).isNull();
        }
        assertThat(byDefault(column("numeric", 8, 2), "1.005")).isNull();
        assertThat(byDefault(column("numeric", 0, 0), "1")).as("a structure").isNull();
        assertThat(byDefault(column("inet", 0, 0), "'10.0.0.1'::inet")).isNull();
        assertThat(byDefault(column("timestamptz", 0, 6), "'infinity'::timestamp with time zone"))
                .isNull();
        assertThat(ConstantDefault.of("1.5", null, Schema.Type.INT32)).isNull();
        assertThat(byDefault(column("jsonb", 0, 0), "'{}'::jsonb")).isEqualTo("{}");
        assertThat(byDefault(column("jsonb", 0, 0), "'[]'::jsonb")).isEqualTo("[]");
        String longText = "it''s ".repeat(50_000);
        assertThat(byDefault(column("text", 0, 0), "'" + longText + "'::text")).isEqualTo(longText.replace("''", "'"));
    }

    private static @Nullable Object byDefault(ColumnForm column, String expression) {
        return ConstantDefault.of(
                expression, column, column.values(false).schema().build().type());
    }

    @Test
    void textsOfEachTypeAreReturnedAsTheyWere() {
        same(
                column("timestamp", 0, 6),
                "2024-02-29 12:34:56.7891",
                "0001-01-01 00:00:00",
                "294246-12-31 23:59:59.999999");
        same(
                column("timestamp", 0, 6),
                "4713-01-01 00:00:00 BC",
                "0001-12-31 23:59:59.5 BC",
                "1969-12-31 23:59:59.999999");
        same(column("timestamp", 0, 3), "2024-02-29 12:34:56.789", "1960-01-01 00:00:00.001", "0044-03-15 10:00:00 BC");
        same(
                column("timestamptz", 0, 6),
                "2024-02-29 12:34:56.7+00",
                "10000-01-01 00:00:00+00",
                "0044-03-15 10:00:00+00 BC");
        same(
                column("timestamptz", 0, 0),
                "2024-02-29 12:34:56+00",
                "infinity",
                "-infinity",
                "0001-01-01 00:00:00+00 BC");
        same(column("date", 0, 0), "2024-02-29", "0001-01-01", "4713-01-01 BC", "5874897-12-31", "1969-12-31");
        same(column("time", 0, 6), "00:00:00", "24:00:00", "23:59:59.999999", "01:02:03.04");
        same(column("numeric", 10, 2), "0.00", "-12345678.90", "0.05");
        same(column("numeric", 3, -2), "0", "99900", "-100");
        same(column("numeric", 131_089, 0), "0", "-0.000001", "1.50", "1" + "0".repeat(1000));
        same(column("bit", 1, 0), "0", "1");
        same(column("bit", 11, 0), "00000000000", "10000000001", "00000000001");
        same(column("uuid", 0, 0), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
        same(new ColumnForm(ColumnForm.ENUM, 0, 0, "sad,it's|ok"), "sad", "");
        same(array("int4", 0), "{}", "{1,NULL,-3}");
        same(array("text", 0), "{a,\"\",\"NULL\",NULL,\"a b\",\"q\\\"\\\\\",\"{}\",\"x,y\"}");
        same(array("timestamptz", 6), "{\"2024-02-29 12:34:56.7+00\",infinity}");
        same(array("bytea", 0), "{\"\\\\x00ff\"}");
        same(array("numeric", 0), "{1.50,NULL}");
    }

    @Test
    void whatASchemaCannotHoldIsRefused() {
        refused(column("timestamp", 0, 6), "infinity", "-infinity", "294276-12-31 23:59:59.999999");
        refused(column("timestamp", 0, 3), "2024-02-29 12:34:56.7891");
        refused(column("date", 0, 0), "infinity", "-infinity");
        refused(column("numeric", 10, 2), "NaN", "1.5");
        refused(column("numeric", 0, 0), "NaN", "Infinity", "-Infinity");
        refused(array("int4", 0), "{{1,2},{3,4}}", "[0:1]={1,2}");
        refused(array("numeric", 0), "{1,NaN}");
        refused(array("date", 0), "{infinity}");
    }

    @Test
    void whatStandsForSpecialValuesIsNoValueOfTheColumn() {
        assertThat(column("timestamp", 0, 6).values(true).instead("infinity")).isEqualTo(9_223_372_036_825_200_000L);
        assertThat(column("numeric", 4, 2).values(true).instead("NaN")).isNull();
        assertThat(column("numeric", 4, 2).values(false).insteadRequired("NaN")).isEqualTo(new BigDecimal("100.00"));
        ValueForm numeric = column("numeric", 0, 0).values(false);
        assertThat(List.of(
                        numeric.insteadRequired("NaN"),
                        numeric.insteadRequired("Infinity"),
                        numeric.insteadRequired("-Infinity"),
                        numeric.empty()))
                .doesNotHaveDuplicates();
    }

    @Test
    void debeziumsSchemasHaveDebeziumsNames() {
        assertThat(name("timestamp", 6)).isEqualTo("io.debezium.time.MicroTimestamp");
        assertThat(name("timestamp", 3)).isEqualTo("io.debezium.time.Timestamp");
        assertThat(name("timestamptz", 6)).isEqualTo("io.debezium.time.ZonedTimestamp");
        assertThat(name("jsonb", 0)).isEqualTo("io.debezium.data.Json");
        assertThat(name("interval", 0)).isNull();
        assertThat(column("timestamptz", 0, 6).values(true).value("2024-02-29 12:34:56.7+00"))
                .isEqualTo("2024-02-29T12:34:56.700000Z");
        assertThat(column("timestamptz", 0, 0).values(true).value("0044-03-15 10:00:00+00 BC"))
                .isEqualTo("-0043-03-15T10:00:00Z");
    }

    @Property(tries = 2_000)
    void everyMicrosecondHasItsTextAndDate(
            @ForAll @LongRange(min = -62_135_596_800_000_000L, max = 253_402_300_799_999_999L) long micros) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L), (int) Math.floorMod(micros, 1_000_000L) * 1000, ZoneOffset.UTC);
        String text = CivilTime.timestamp(micros, "");

        assertThat(text)
                .startsWith(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").format(time));
        assertThat(CivilTime.timestamp(text, "")).isEqualTo(micros);
        assertThat(CivilTime.ofIso(CivilTime.iso(micros, 6))).isEqualTo(micros);
    }

    @Property(tries = 1_000)
    void everyDayIsTheCalendars(@ForAll @IntRange(min = -2_440_000, max = 100_000_000) int days) {
        LocalDate date = LocalDate.ofEpochDay(days);
        String text = CivilTime.date(days);

        assertThat(CivilTime.days(text)).isEqualTo(days);
        assertThat(text).contains(String.format("-%02d-%02d", date.getMonthValue(), date.getDayOfMonth()));
    }

    @Property
    void everyNumberKeepsItsDigits(@ForAll @BigRange(min = "-99999999999", max = "99999999999") BigDecimal number) {
        same(column("numeric", 0, 0), number.toPlainString());
    }

    private static ColumnForm column(String type, int length, int scale) {
        return ColumnForm.parse(new ColumnForm(type, length, scale, "").print());
    }

    private static ColumnForm array(String element, int scale) {
        return column(ColumnForm.ARRAY + element, 0, scale);
    }

    private static String name(String type, int scale) {
        return column(type, 0, scale).values(true).schema().build().name();
    }

    private static void same(ColumnForm column, String... texts) {
        for (boolean optional : new boolean[] {true, false}) {
            ValueForm form = column.values(optional);
            for (String text : texts) {
                Object value = form.value(text);
                assertThat(value).as(text).isNotNull();
                Schema schema = value instanceof Struct struct
                        ? struct.schema()
                        : form.schema().build();
                ValueForm reader = ColumnForm.of(schema);
                assertThat(reader == null ? value : reader.text(value)).isEqualTo(text);
            }
        }
    }

    private static void refused(ColumnForm column, String... texts) {
        for (String text : texts) {
            assertThat(column.values(true).value(text)).as(text).isNull();
            assertThat(column.values(false).insteadRequired(text)).as(text).isNotNull();
        }
    }
}
