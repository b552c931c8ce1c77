package org.dtssync.app.logging;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stands in for stderr where stderr is for programs: each line that is printed becomes a line of the log. Thread-safe. */
final class PrintedLines extends OutputStream {

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public void write(int value) {
        String whole;
        synchronized (line) {
            if (value != '\n') {
                line.write(value);
                return;
            }
            whole = line.toString(StandardCharsets.UTF_8);
            line.reset();
        }
        if (!whole.isBlank()) {
            // Only now: the configuration of the log must not be loaded before the command line was parsed.
            Logger log = LoggerFactory.getLogger(PrintedLines.class);
            log.info("{}", whole.stripTrailing());
        }
    }
}
