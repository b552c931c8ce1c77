package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A line of COPY has the texts that were printed into it. */
class CopyRowTest {

    @Test
    void textsAreThoseOfTheColumns() {
        assertThat(texts("1\ta\t\\N\t\n", 4)).containsExactly("1", "a", null, "");
        assertThat(texts("\\N\n", 1)).containsExactly((String) null);
        assertThat(texts("\n", 1)).containsExactly("");
        assertThat(texts("größe\t\\\\x00ff\n", 2)).containsExactly("größe", "\\x00ff");
    }

    @Test
    void escapesAreUndone() {
        assertThat(texts("a\\tb\\nc\\\\N\\r\\b\\f\\v\t\\\\N\n", 2)).containsExactly("a\tb\nc\\N\r\b\f\u000b", "\\N");
    }

    private static String[] texts(String line, int columns) {
        return CopyRow.texts(line.getBytes(StandardCharsets.UTF_8), columns);
    }
}
