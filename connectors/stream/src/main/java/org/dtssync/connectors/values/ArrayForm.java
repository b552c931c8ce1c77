package org.dtssync.connectors.values;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of one dimension that start at 1. Others, which Debezium cannot write either, are refused, and so is one with an element
 * that is refused.
 *
 * @param element the form of the elements, made for optional ones
 */
record ArrayForm(ValueForm element) implements ValueForm {

    @Override
    public SchemaBuilder schema() {
        return SchemaBuilder.array(elementSchema());
    }

    private Schema elementSchema() {
        return element instanceof VariableDecimalForm decimal
                ? decimal.made()
                : element.schema().optional().build();
    }

    @Override
    public @Nullable Object value(String text) {
        List<String> texts = ArrayText.elements(text);
        if (texts == null) {
            return null;
        }
        List<Object> values = new ArrayList<>(texts.size());
        for (String each : texts) {
            Object value = each == null ? null : element.value(each);
            if (value == null && each != null) {
                return null;
            }
            values.add(value);
        }
        // Floating-point numbers may be printed otherwise.
        return element instanceof PlainForm || text.equals(text(values)) ? values : null;
    }

    @Override
    public Object empty() {
        return List.of();
    }

    @Override
    public String text(Object value) {
        StringBuilder text = new StringBuilder("{");
        for (Object each : (List<?>) value) {
            if (text.length() > 1) {
                text.append(',');
            }
            ArrayText.append(text, each == null ? null : element.text(each));
        }
        return text.append('}').toString();
    }
}
