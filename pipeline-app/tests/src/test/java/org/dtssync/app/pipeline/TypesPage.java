package org.dtssync.app.pipeline;

import io.debezium.spi.converter.RelationalColumn;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.connect.data.Schema;
import org.dtssync.connectors.capture.ExactColumnConverter;

/** Writes {@code docs/types.md} from what the matrix found and from what the converter says. Not thread-safe. */
final class TypesPage {

    private final StringBuilder pairs = new StringBuilder();
    private final Map<String, String> carried = new TreeMap<>();
    private final Map<String, String> natural = new TreeMap<>();
    private final TreeSet<String> refused = new TreeSet<>();

    /** Notes which servers the types went between, with the versions they give themselves. */
    void pair(String from, String to) {
        pairs.append("- from PostgreSQL ")
                .append(from)
                .append(" to ")
                .append(to)
                .append('\n');
    }

    /** Notes a type whose values arrived as they were. */
    void carried(MatrixType type, int values, boolean key) {
        String avro = avroType(type);
        String row = "| `" + type.name() + "` | " + type.kind().name().toLowerCase(java.util.Locale.ROOT) + " | "
                + values + " | " + (key ? "yes" : "no") + " | " + avro + " |\n";
        carried.merge(type.name(), row, (one, other) -> one.length() > other.length() ? one : other);
        if (!avro.startsWith("string")) {
            natural.put(type.name(), avro);
        }
    }

    /** Notes types that the precheck refuses. */
    void refused(List<MatrixType> types) {
        types.forEach(type -> refused.add("`" + type.name() + "`"));
    }

    private static String avroType(MatrixType type) {
        Schema[] schema = new Schema[1];
        new ExactColumnConverter()
                .converterFor(new TypedColumn(type), (builder, converter) -> schema[0] = builder.build());
        return switch (schema[0].type()) {
            case BOOLEAN -> "boolean";
            case INT16 -> "int (`connect.type` int16)";
            case INT32 -> "int";
            case INT64 -> "long";
            case FLOAT32 -> "float";
            case FLOAT64 -> "double";
            case BYTES -> "bytes";
            case STRING -> "string";
            default -> throw new IllegalStateException("a type that the page does not know: " + schema[0].type());
        };
    }

    /** Returns the page. */
    String text() {
        StringBuilder page = new StringBuilder("""
                # Types

                Written by `TypeMatrixTest`, which moves every type of the source's catalog: run it with `-Dreference.write=true` after
                a change. It was run

                """);
        page.append(pairs).append("""

                ## In the topics

                A column is a field of its own, a union with null and without a default. Its schema carries the parameter
                `postgresql.type`, the name of the column's type.

                | PostgreSQL | Avro | How to read it |
                |---|---|---|
                """);
        natural.forEach((type, avro) ->
                page.append("| `").append(type).append("` | ").append(avro).append(" | the value itself |\n"));
        page.append("""
                | every other type | string | PostgreSQL's own text, as `COPY` prints it with `DateStyle ISO`, `TimeZone UTC`, \
                `IntervalStyle postgres`, `bytea_output hex`, `lc_monetary C` and the search path `pg_catalog`; cast it to the type |

                Not a number and the infinities of `float4` and `float8` are those of IEEE 754. Domains, enums, composites, arrays and
                ranges are text whatever they are made of. Names that Avro cannot hold are escaped: `_x0020_` is a space. A column named in
                the record's header `dts.unchanged` was not sent, since it did not change; its characters mean nothing.

                Confluent's `AvroConverter` and `KafkaAvroDeserializer` (7.9.2) read the records of the first of these runs, keys and values, but for
                those of tables without a key; what they read is the source's text of each value.

                ## The matrix

                Each type went through the snapshot, inserts, updates and deletes, with edge values, in one- and two-dimensional arrays with
                other bounds and with null elements, in a domain, a domain over its array, a composite, an array of composites, a range and
                a multirange where it has an order, in a table without a key, and as a key where it can be one. After each step `COPY` printed
                the same at both ends.

                | Type | Kind | Values | Key | Avro |
                |---|---|---|---|---|
                """);
        carried.values().forEach(page::append);
        page.append("""

                ## Refused

                PostgreSQL prints values of these types but does not read them, so nothing can carry them. The precheck fails and names each
                column that has one, or a type made of one (check `column-types`):
                """);
        return page.append(String.join(", ", refused)).append(".\n").toString();
    }

    /** A column of a type, as the converter sees it. */
    private record TypedColumn(MatrixType type) implements RelationalColumn {

        @Override
        public int jdbcType() {
            return java.sql.Types.OTHER;
        }

        @Override
        public int nativeType() {
            return (int) type.oid();
        }

        @Override
        public String typeName() {
            return type.name();
        }

        @Override
        public String typeExpression() {
            return type.name();
        }

        @Override
        public OptionalInt length() {
            return OptionalInt.empty();
        }

        @Override
        public OptionalInt scale() {
            return OptionalInt.empty();
        }

        @Override
        public boolean isOptional() {
            return true;
        }

        @Override
        public Object defaultValue() {
            return null;
        }

        @Override
        public boolean hasDefaultValue() {
            return false;
        }

        @Override
        public String name() {
            return "value";
        }

        @Override
        public String dataCollection() {
            return "public.values";
        }
    }
}
