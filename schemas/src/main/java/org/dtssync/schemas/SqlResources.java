package org.dtssync.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The SQL of the dts_sync schema, as scripts that are safe to run again. */
public enum SqlResources {
    /** State kept in the destination. */
    DESTINATION("destination.sql"),
    /** The heartbeat table, created at both ends. */
    HEARTBEAT("heartbeat.sql"),
    /** The settings to restore, kept at the end that was made read-only. */
    WRITE_FENCE("write-fence.sql");

    /** The schema that contains all our tables, at both ends. */
    public static final String SCHEMA = "dts_sync";

    private final String file;

    SqlResources(String file) {
        this.file = file;
    }

    /** Returns the script's text. */
    public String text() {
        try (InputStream stream = SqlResources.class.getResourceAsStream(file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
