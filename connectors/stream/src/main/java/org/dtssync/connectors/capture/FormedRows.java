package org.dtssync.connectors.capture;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.values.ColumnForm;
import org.dtssync.connectors.values.ValueForm;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows of values in PostgreSQL's text into rows in Debezium's forms. What a form cannot hold is collected as text.
 *
 * <p>Immutable.
 */
final class FormedRows {

    private static final String COLUMN_NAME = "__debezium.source.column.name";

    private static final String COLUMN_TYPE = "__debezium.source.column.type";

    /** Debezium's sink reads every column of this type as bits of one length, whatever its schema is. */
    private static final String BITS_OF_ANY_LENGTH = "VARBIT";

    private final Schema schema;
    private final Column[] columns;

    /** A column: where its value is in the stream's row and in ours, and how it is written; without a form it stays as it is. */
    private record Column(Field from, Field to, @Nullable ValueForm form, boolean required, boolean key) {}

    /**
     * Prepares for the rows of a schema.
     *
     * @param stream the schema of the stream's rows
     * @param keys names of the fields of the key
     * @param nullable names of fields that turned out to be nullable whatever the catalog says
     */
    FormedRows(Schema stream, Set<String> keys, Set<String> nullable) {
        SchemaBuilder builder = SchemaBuilder.struct().name(stream.name()).optional();
        List<Field> fields = stream.fields();
        ValueForm[] forms = new ValueForm[fields.size()];
        boolean[] required = new boolean[fields.size()];
        for (int i = 0; i < forms.length; i++) {
            Field field = fields.get(i);
            Map<String, String> parameters = field.schema().parameters();
            boolean key = keys.contains(field.name());
            required[i] = !nullable.contains(field.name())
                    && (key || (parameters != null && parameters.containsKey(FormParameters.REQUIRED)));
            String form = parameters == null ? null : parameters.get(FormParameters.FORM);
            forms[i] = form == null ? null : ColumnForm.parse(form).values(!required[i]);
            builder.field(field.name(), column(field.schema(), forms[i], required[i]));
        }
        schema = builder.build();
        columns = new Column[forms.length];
        for (int i = 0; i < columns.length; i++) {
            Field field = fields.get(i);
            Field to = schema.fields().get(i);
            ValueForm form = forms[i] == null ? null : forms[i].in(to.schema());
            columns[i] = new Column(field, to, form, required[i], keys.contains(field.name()));
        }
    }

    private static Schema column(Schema stream, @Nullable ValueForm form, boolean required) {
        SchemaBuilder builder = form == null ? new SchemaBuilder(stream.type()) : form.schema();
        // Avro knows a structure by its name, so those of all columns must be the same.
        if (stream.parameters() != null && builder.type() != Schema.Type.STRUCT) {
            stream.parameters().forEach((name, value) -> {
                if (!name.equals(FormParameters.FORM)
                        && !name.equals(FormParameters.REQUIRED)
                        && !(name.equals(COLUMN_TYPE) && value.equals(BITS_OF_ANY_LENGTH))) {
                    builder.parameter(name, name.equals(COLUMN_NAME) ? TopicNames.unescape(value) : value);
                }
            });
        }
        return required ? builder.build() : builder.optional().build();
    }

    /** Returns the schema of the rows. */
    Schema schema() {
        return schema;
    }

    /** Returns whether a row has nothing but its key, as the source sends it where that identifies the row. */
    boolean isKeyAlone(Struct stream) {
        boolean missing = false;
        for (Column column : columns) {
            boolean absent = stream.get(column.from()) == null;
            if (!column.key() && !absent) {
                return false;
            }
            missing |= absent && column.required();
        }
        return missing;
    }

    /** Returns the names of fields that have NULL although their schema does not allow it. */
    List<String> nullsOfRequired(Struct stream) {
        List<String> names = List.of();
        for (Column column : columns) {
            if (column.required() && stream.get(column.from()) == null) {
                names = names.isEmpty() ? new ArrayList<>() : names;
                names.add(column.from().name());
            }
        }
        return names;
    }

    /**
     * Returns a row in its form.
     *
     * @param stream the row as the stream has it
     * @param header what the names of the headers begin with that carry texts
     * @param texts receives the texts of values that have no form
     */
    Struct row(Struct stream, String header, List<ValueText> texts) {
        Struct row = new Struct(schema);
        for (Column column : columns) {
            Object value = stream.get(column.from());
            ValueForm form = column.form();
            if (value == null) {
                value = column.required() ? empty(column) : null;
            } else if (form != null) {
                value = Unchanged.is(value) ? unsent(column) : formed(column, form, (String) value, header, texts);
            }
            row.put(column.to(), value);
        }
        return row;
    }

    private static @Nullable Object formed(
            Column column, ValueForm form, String text, String header, List<ValueText> texts) {
        Object value = form.value(text);
        if (value != null) {
            return value;
        }
        texts.add(new ValueText(header + column.from().name(), text.getBytes(StandardCharsets.UTF_8)));
        return column.required() ? form.insteadRequired(text) : form.instead(text);
    }

    /** A placeholder where there is one, which the consumers of Debezium's topics know. */
    private static @Nullable Object unsent(Column column) {
        return switch (column.to().schema().type()) {
            case STRING -> Unchanged.TEXT;
            case BYTES -> column.to().schema().name() == null ? Unchanged.bytes() : absent(column);
            default -> absent(column);
        };
    }

    private static @Nullable Object absent(Column column) {
        return column.required() ? empty(column) : null;
    }

    private static Object empty(Column column) {
        ValueForm form = column.form();
        return form != null
                ? form.empty()
                : ColumnForm.empty(column.to().schema().type());
    }
}
