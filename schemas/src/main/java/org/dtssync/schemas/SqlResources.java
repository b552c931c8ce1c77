package org.dtssync.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The SQL of the dts_sync schema, as scripts of several statements that are safe to run again. */
public enum SqlResources {
    /** State kept in the destination. */
    DESTINATION("destination.sql"),
    /** The heartbeat table, made at both ends. */
    HEARTBEAT("heartbeat.sql"),
    /** What a fence changed, made at the end that is fenced. */
    WRITE_FENCE("write-fence.sql");

    /** The schema everything of ours lives in, at both ends. */
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
