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
import org.dtssync.connectors.values.ConstantDefault;
import org.dtssync.connectors.values.ValueForm;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows of values in PostgreSQL's text into rows in Debezium's forms. What a form cannot hold is collected as text.
 *
 * <p>Immutable.
 */
final class FormedRows {

    /** Parameters that say how a column is written, and are not written themselves. */
    private static final Set<String> DESCRIPTIONS = Set.of(
            FormParameters.FORM,
            FormParameters.REQUIRED,
            FormParameters.DEFAULT,
            FormParameters.LENGTH,
            FormParameters.SCALE);

    /** What the names of parameters begin with that describe the column as the source has it. */
    private static final String COLUMN = "__debezium.source.column.";

    private static final String COLUMN_NAME = COLUMN + "name";

    private static final String COLUMN_LENGTH = COLUMN + "length";

    private static final String COLUMN_SCALE = COLUMN + "scale";

    private static final String COLUMN_TYPE = COLUMN + "type";

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
            builder.field(field.name(), column(field.schema(), forms[i], required[i], false));
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

    /** Returns the schema that a column has in the key. */
    Schema keySchema(Field stream) {
        Column column = columns[stream.index()];
        return column(stream.schema(), column.form(), column.required(), true);
    }

    /**
     * Returns the schema of a column.
     *
     * @param ofKey whether it is that of the key, which does not describe the column as the source has it
     */
    private static Schema column(Schema stream, @Nullable ValueForm form, boolean required, boolean ofKey) {
        SchemaBuilder builder = form == null ? new SchemaBuilder(stream.type()) : form.schema();
        Map<String, String> parameters = stream.parameters() == null ? Map.of() : stream.parameters();
        // Avro knows a structure by its name, so those of all columns must be the same.
        if (builder.type() != Schema.Type.STRUCT) {
            parameters.forEach((name, value) -> {
                if (!DESCRIPTIONS.contains(name)
                        && !(ofKey && name.startsWith(COLUMN))
                        && !(name.equals(COLUMN_TYPE) && value.equals(BITS_OF_ANY_LENGTH))) {
                    builder.parameter(name, parameter(name, value, parameters));
                }
            });
        }
        if (!required) {
            return builder.optional().build();
        }
        Object byDefault = defaultOf(stream);
        return byDefault == null
                ? builder.build()
                : builder.defaultValue(byDefault).build();
    }

    private static String parameter(String name, String value, Map<String, String> all) {
        return switch (name) {
            case COLUMN_NAME -> TopicNames.unescape(value);
            case COLUMN_LENGTH -> all.getOrDefault(FormParameters.LENGTH, value);
            case COLUMN_SCALE -> all.getOrDefault(FormParameters.SCALE, value);
            default -> value;
        };
    }

    /** Only columns that are not nullable have theirs: converters put the default in the place of a NULL. */
    private static @Nullable Object defaultOf(Schema stream) {
        Map<String, String> parameters = stream.parameters() == null ? Map.of() : stream.parameters();
        String expression = parameters.get(FormParameters.DEFAULT);
        String form = parameters.get(FormParameters.FORM);
        return expression == null
                ? null
                : ConstantDefault.of(expression, form == null ? null : ColumnForm.parse(form), stream.type());
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
     * Returns the values of a row in their forms.
     *
     * @param stream the row as the stream has it
     * @param header what the names of the headers begin with that carry texts
     * @param texts receives the texts of values that have no form
     */
    @Nullable
    Object[] row(Struct stream, String header, List<ValueText> texts) {
        @Nullable Object[] row = new Object[columns.length];
        for (int i = 0; i < row.length; i++) {
            Column column = columns[i];
            Object value = stream.get(column.from());
            ValueForm form = column.form();
            if (value == null) {
                value = column.required() ? empty(column) : null;
            } else if (form != null) {
                value = Unchanged.is(value) ? unsent(column) : formed(column, form, (String) value, header, texts);
            }
            row[i] = value;
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
        Object byDefault = column.to().schema().defaultValue();
        if (byDefault != null) {
            return byDefault;
        }
        ValueForm form = column.form();
        return form != null
                ? form.empty()
                : ColumnForm.empty(column.to().schema().type());
    }
}
