package org.dtssync.app.tasks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dtssync.app.replay.StateSink;
import org.jspecify.annotations.Nullable;

/** Writes rows as CSV: NULL is nothing, an empty text is {@code ""}, as PostgreSQL's COPY has it. Not thread-safe. */
final class StateCsv implements StateSink {

    private final OutputStream out;
    private final StringBuilder line = new StringBuilder();

    StateCsv(OutputStream out) {
        this.out = out;
    }

    @Override
    public void columns(List<String> names) throws IOException {
        row(names.toArray(new String[0]));
    }

    @Override
    public void row(@Nullable String[] values) throws IOException {
        line.setLength(0);
        for (int i = 0; i < values.length; i++) {
            if (i > 0) {
                line.append(',');
            }
            append(values[i], values.length == 1);
        }
        line.append('\n');
        out.write(line.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A lone {@code \.} would end the input of COPY. */
    private void append(@Nullable String value, boolean alone) {
        if (value == null) {
            return;
        }
        boolean quoted = value.isEmpty() || (alone && value.equals("\\."));
        for (int i = 0; i < value.length() && !quoted; i++) {
            char letter = value.charAt(i);
            quoted = letter == ',' || letter == '"' || letter == '\n' || letter == '\r';
        }
        line.append(quoted ? "\"" + value.replace("\"", "\"\"") + "\"" : value);
    }

    @Override
    public void end() throws IOException {
        out.flush();
    }
}
