package org.dtssync.connectors.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is written in COPY's text format is read back as it was, whatever characters a value has. */
final class CopyTextPropertyTest {

    @Property(seed = "20260102")
    void everyRowComesBack(@ForAll("rows") List<String> row) throws SQLException {
        assertThat(CopyFields.parse(written(row))).containsExactly(row.toArray());
    }

    @Property(seed = "20260103", tries = 50)
    void aLongValueComesBackThroughTheSmallBuffer(
            @ForAll("texts") String part, @ForAll @IntRange(max = 40_000) int shift) throws SQLException {
        String text = "x".repeat(shift) + part.repeat(200_000 / Math.max(1, part.length()));

        Object[] fields = CopyFields.parse(written(List.of("before", text, "after")));

        assertThat(fields).hasSize(3).startsWith("before").endsWith("after");
        assertThat(text.equals(fields[1])).isTrue();
    }

    @Test
    void aLongBinaryValueIsWrittenInHex() throws SQLException {
        byte[] binary = new byte[300_000];
        for (int i = 0; i < binary.length; i++) {
            binary[i] = (byte) (i * 31);
        }

        Object[] fields = CopyFields.parse(written(List.of(1, binary, true)));

        assertThat(fields).containsExactly("1", "\\x" + HexFormat.of().formatHex(binary), "t");
    }

    private static byte[] written(List<?> row) throws SQLException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CopyText text = new CopyText((buffer, length) -> bytes.write(buffer, 0, length));
        for (int i = 0; i < row.size(); i++) {
            if (i > 0) {
                text.tab();
            }
            text.value(row.get(i));
        }
        text.endRow();
        text.flush();
        return bytes.toByteArray();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withChars('\\', '\t', 'a', 'é', '漢')
                .ofMinLength(1)
                .ofMaxLength(7)
                .map(text -> text.indexOf('a') < 0 ? text : text + "😀");
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
