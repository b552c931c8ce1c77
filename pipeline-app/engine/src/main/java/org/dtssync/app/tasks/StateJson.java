package org.dtssync.app.tasks;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.dtssync.app.replay.StateSink;
import org.jspecify.annotations.Nullable;

/** Writes rows as one JSON object per line: values are PostgreSQL's texts, or null. Not thread-safe. */
final class StateJson implements StateSink {

    private final OutputStream out;
    private @Nullable JsonGenerator generator;
    private List<String> columns = List.of();

    StateJson(OutputStream out) {
        this.out = out;
    }

    private JsonGenerator generator() throws IOException {
        JsonGenerator open = generator;
        if (open == null) {
            open = new JsonFactory().createGenerator(out, JsonEncoding.UTF8);
            open.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            open.setRootValueSeparator(null);
            generator = open;
        }
        return open;
    }

    @Override
    public void columns(List<String> names) {
        columns = names;
    }

    @Override
    public void row(@Nullable String[] values) throws IOException {
        JsonGenerator json = generator();
        json.writeStartObject();
        for (int i = 0; i < columns.size(); i++) {
            json.writeStringField(columns.get(i), values[i]);
        }
        json.writeEndObject();
        json.writeRaw('\n');
    }

    @Override
    public void end() throws IOException {
        generator().flush();
        out.flush();
    }
}
