package org.dtssync.connectors.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is written in COPY's text format is read back as it was, whatever characters a value has. */
final class CopyTextPropertyTest {

    @Property(seed = "20260102")
    void everyRowComesBack(@ForAll("rows") List<String> row) {
        CopyText text = new CopyText();
        for (int i = 0; i < row.size(); i++) {
            if (i > 0) {
                text.tab();
            }
            text.value(row.get(i));
        }
        text.endRow();

        String line = new String(Arrays.copyOf(text.bytes(), text.length()), StandardCharsets.UTF_8);

        assertThat(CopyFields.parse(line)).containsExactly(row.toArray());
    }

    /** Texts without NUL, which PostgreSQL has none of, and rich in what the format escapes; NULL among them. */
    @Provide
    Arbitrary<List<String>> rows() {
        Arbitrary<String> special = Arbitraries.strings()
                .withChars('\\', 'N', '\t', '\n', '\r', '\b', '.', 'é')
                .ofMaxLength(12);
        Arbitrary<String> any = Arbitraries.integers()
                .between(1, Character.MAX_CODE_POINT)
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .list()
                .ofMaxSize(40)
                .map(points -> points.stream().map(Character::toString).reduce("", String::concat));
        return Arbitraries.oneOf(special, any)
                .injectNull(0.1)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }
}
