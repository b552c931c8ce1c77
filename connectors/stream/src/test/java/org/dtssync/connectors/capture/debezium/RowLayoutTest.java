package org.dtssync.connectors.capture.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.debezium.data.Envelope;
import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.TableSchema;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.capture.Unchanged;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.core.Oid;

/** A row is made of the bytes that the server sends for it. */
class RowLayoutTest {

    /** A value that PostgreSQL does not send because an update did not change it. */
    private static final Object NOT_SENT = new Object();

    @Test
    void numbersAreTheServersDigits() {
        RowLayout layout = layout(
                Map.of("small", Oid.INT2, "whole", Oid.INT4, "large", Oid.INT8), List.of("small", "whole", "large"));

        assertThat(row(layout, "-32768", "-2147483648", "-9223372036854775808"))
                .containsExactly(Short.MIN_VALUE, Integer.MIN_VALUE, Long.MIN_VALUE);
        assertThat(row(layout, "32767", "2147483647", "9223372036854775807"))
                .containsExactly(Short.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
        assertThat(row(layout, "0", "-7", "42")).containsExactly((short) 0, -7, 42L);
        assertThatThrownBy(() -> row(layout, "0", "1.5", "2")).isInstanceOf(NumberFormatException.class);
    }

    @Test
    void everyOtherTypeIsReadFromItsText() {
        RowLayout layout = layout(
                Map.of("b", Oid.BOOL, "f", Oid.FLOAT4, "d", Oid.FLOAT8, "x", Oid.BYTEA, "t", Oid.TEXT),
                List.of("b", "f", "d", "x", "t"));

        assertThat(row(layout, "t", "1.5", "-Infinity", "\\x00ff10", "Straße 𝄞"))
                .containsExactly(true, 1.5f, Double.NEGATIVE_INFINITY, new byte[] {0, -1, 16}, "Straße 𝄞");
        assertThat(row(layout, "f", "NaN", "-0", "\\x", "")).containsExactly(false, Float.NaN, -0.0, new byte[0], "");
        assertThat(row(layout, null, null, null, null, null)).containsOnlyNulls();
    }

    @Test
    void aValueThatWasNotSentIsThatOfTheOldRowOrAPlaceholder() {
        RowLayout layout =
                layout(Map.of("id", Oid.INT4, "note", Oid.TEXT, "file", Oid.BYTEA), List.of("id", "note", "file"));
        Struct whole = layout.read(tuple("1", "long", "\\x01"), null);
        Struct keyAlone = layout.read(tuple("1", null, null), null);

        assertThat(values(layout.read(tuple("2", NOT_SENT, NOT_SENT), whole)))
                .containsExactly(2, "long", new byte[] {1});
        for (Struct old : new Struct[] {keyAlone, null}) {
            Struct after = layout.read(tuple("2", NOT_SENT, NOT_SENT), old);
            assertThat(Unchanged.is(after.get("note"))).isTrue();
            assertThat(Unchanged.is(after.get("file"))).isTrue();
        }
        assertThatThrownBy(() -> layout.read(tuple(NOT_SENT, "a", null), keyAlone.put("id", null)))
                .isInstanceOf(SyncException.class)
                .hasMessage("The source left out a value of column id.");
    }

    @Test
    void theKeyIsComparedByItsColumnsAlone() {
        RowLayout layout = layout(Map.of("id", Oid.INT4, "note", Oid.TEXT), List.of("id", "note"));
        Struct row = layout.read(tuple("1", "a"), null);

        assertThat(layout.sameKey(row, layout.read(tuple("1", "b"), null))).isTrue();
        assertThat(layout.sameKey(row, layout.read(tuple("2", "a"), null))).isFalse();
        assertThat(layout.sameKey(row, layout.read(tuple(null, "a"), null))).isFalse();
    }

    @Test
    void aRowOfAnotherWidthStopsTheStream() {
        RowLayout layout = layout(Map.of("id", Oid.INT4), List.of("id"));

        assertThatThrownBy(() -> layout.read(tuple("1", "a"), null))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("The source sent 2 columns of table Shop.t, which it described with 1.");
    }

    @Test
    void aTableWhoseFieldsAreOthersIsLeftToDebezium() {
        Table table = table(List.of("id", "left_out"));

        assertThat(RowLayout.of(table, schema(Map.of("id", Oid.INT4), List.of("id")), topics()))
                .isEmpty();
        assertThat(RowLayout.of(table, null, topics())).isEmpty();
    }

    private static RowLayout layout(Map<String, Integer> types, List<String> columns) {
        return RowLayout.of(table(columns), schema(types, columns), topics()).orElseThrow();
    }

    private static Table table(List<String> columns) {
        return Table.editor()
                .tableId(new TableId(null, TopicNames.escape("Shop"), "t"))
                .addColumns(columns.stream()
                        .map(name -> Column.editor().name(name).create())
                        .toList())
                .setPrimaryKeyNames(columns.get(0))
                .create();
    }

    private static TableSchema schema(Map<String, Integer> types, List<String> columns) {
        SchemaBuilder row = SchemaBuilder.struct().name("row").optional();
        columns.forEach(name -> row.field(
                name,
                ExactValues.schema(Objects.requireNonNull(types.get(name)), "type")
                        .build()));
        Schema value = row.build();
        Schema key = SchemaBuilder.struct()
                .field(columns.get(0), value.fields().get(0).schema())
                .build();
        Envelope envelope = Envelope.defineSchema()
                .withName("t.Envelope")
                .withRecord(value)
                .withSource(SchemaBuilder.struct().name("source").build())
                .build();
        return new TableSchema(table(columns).id(), key, values -> null, envelope, value, values -> null);
    }

    private static TopicNamingStrategy<TableId> topics() {
        Properties properties = new Properties();
        properties.put("topic.prefix", "task");
        properties.put(TableTopics.LAYOUT, TopicNames.Layout.APART.name());
        return new TableTopics(properties);
    }

    private static List<Object> row(RowLayout layout, @Nullable Object... texts) {
        return values(layout.read(tuple(texts), null));
    }

    private static List<Object> values(Struct row) {
        List<Object> values = new ArrayList<>();
        row.schema().fields().forEach(field -> values.add(row.get(field)));
        return values;
    }

    /** As pgoutput sends it, in the middle of a larger array as the driver has it. */
    private static ByteBuffer tuple(@Nullable Object... texts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(-1);
            out.writeShort(texts.length);
            for (@Nullable Object text : texts) {
                if (text == null) {
                    out.writeByte('n');
                } else if (text == NOT_SENT) {
                    out.writeByte('u');
                } else {
                    byte[] value = text.toString().getBytes(StandardCharsets.UTF_8);
                    out.writeByte('t');
                    out.writeInt(value.length);
                    out.write(value);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return ByteBuffer.wrap(bytes.toByteArray(), Integer.BYTES, bytes.size() - Integer.BYTES)
                .slice();
    }
}
