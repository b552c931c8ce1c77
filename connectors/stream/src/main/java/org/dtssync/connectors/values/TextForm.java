package org.dtssync.connectors.values;

import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Values that are their text, under the name of one of Debezium's schemas or none.
 *
 * @param name the schema's name; null for a plain text
 * @param allowed the labels of an enum; null of other types
 */
record TextForm(@Nullable String name, @Nullable String allowed) implements ValueForm {

    @Override
    public SchemaBuilder schema() {
        SchemaBuilder builder = SchemaBuilder.string();
        if (name != null) {
            builder.name(name).version(1);
        }
        return allowed == null ? builder : builder.parameter("allowed", allowed);
    }

    @Override
    public Object value(String text) {
        return text;
    }

    @Override
    public Object empty() {
        return "";
    }

    @Override
    public String text(Object value) {
        return (String) value;
    }
}
