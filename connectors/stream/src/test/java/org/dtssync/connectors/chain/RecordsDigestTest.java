package org.dtssync.connectors.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.dtssync.connectors.chain.RecordsDifference.Kind;
import org.dtssync.schemas.Cut;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever differs in records, their digest differs, and their marks show where. */
class RecordsDigestTest {

    private static final Cut CUT = new Cut(
            "shop", 7, 90, 1L, "1", "slot", 1, 3, List.of(new Cut.CutPartition("shop.public.a", 0, 5, 8, "id")));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Headers headers(String name, String value) {
        return new RecordHeaders().add(name, bytes(value));
    }

    private static RecordsDigest digest(int records, int different) {
        RecordsDigest digest = new RecordsDigest();
        for (int i = 0; i < records; i++) {
            digest.add(bytes("k" + i), bytes("v" + (i == different ? "!" : i)), headers("dts.number", "" + i));
        }
        return digest;
    }

    private static RecordsDigest of(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        RecordsDigest digest = new RecordsDigest();
        digest.add(key, value, headers);
        return digest;
    }

    @Test
    void everyPartOfARecordCountsAndHeadersOfOthersDoNot() {
        String one =
                of(bytes("k"), bytes("v"), headers("dts.number", "1")).result(9).digest();

        assertThat(one)
                .isEqualTo(of(bytes("k"), bytes("v"), headers("dts.number", "1").add("traceparent", bytes("x")))
                        .result(9)
                        .digest())
                .isNotEqualTo(of(bytes("kv"), bytes(""), headers("dts.number", "1"))
                        .result(9)
                        .digest())
                .isNotEqualTo(of(null, bytes("v"), headers("dts.number", "1"))
                        .result(9)
                        .digest())
                .isNotEqualTo(of(bytes("k"), bytes("v"), headers("dts.number", "2"))
                        .result(9)
                        .digest())
                .isNotEqualTo(of(bytes("k"), null, headers("dts.number", "1"))
                        .result(9)
                        .digest());
    }

    @Test
    void marksShowTheFirstRecordThatDiffersAndGroupsWhereThereAreFewer() {
        assertThat(digest(1_000, 431)
                        .difference(digest(1_000, -1).result(1_000))
                        .index())
                .isEqualTo(431);
        Cut.Records fewer = digest(1_000, -1).result(100);
        assertThat(RecordsDifference.groupSize(fewer)).isEqualTo(16);
        assertThat(digest(1_000, 431).difference(fewer).index()).isEqualTo(416);
        assertThat(digest(999, -1).difference(digest(1_000, -1).result(1_000)).index())
                .isEqualTo(999);
        assertThat(digest(1_000, -1).difference(fewer).index()).isEqualTo(1_000);
    }

    @Test
    void whatHappenedToARecordShowsInThoseBehindIt() {
        Cut.Records written = digest(20, -1).result(20);

        assertThat(digest(20, 4).difference(written).kind()).isEqualTo(Kind.ALTERED);
        assertThat(digest(19, -1).difference(written).kind()).isEqualTo(Kind.LOST);
        assertThat(digest(21, -1).difference(written)).isEqualTo(new RecordsDifference(20, 1, Kind.INSERTED));
        assertThat(inOrder(0, 1, 3, 2, 4, 5)
                        .difference(inOrder(0, 1, 2, 3, 4, 5).result(6)))
                .isEqualTo(new RecordsDifference(2, 1, Kind.MOVED));
        assertThat(inOrder(0, 1, 9, 2, 3, 4)
                        .difference(inOrder(0, 1, 2, 3, 4, 5).result(6)))
                .isEqualTo(new RecordsDifference(2, 1, Kind.INSERTED));
        assertThat(inOrder(0, 1, 3, 4, 5, 6)
                        .difference(inOrder(0, 1, 2, 3, 4, 5).result(6)))
                .isEqualTo(new RecordsDifference(2, 1, Kind.LOST));
    }

    private static RecordsDigest inOrder(int... records) {
        RecordsDigest digest = new RecordsDigest();
        for (int each : records) {
            digest.add(bytes("k" + each), bytes("v" + each), new RecordHeaders());
        }
        return digest;
    }

    @Test
    void veryManyRecordsKeepABoundedNumberOfMarks() {
        int many = 3 * RecordsDigest.MOST_MARKS;
        Cut.Records written = digest(many, -1).result(RecordsDigest.MOST_MARKS);

        assertThat(RecordsDifference.groupSize(written)).isEqualTo(4);
        assertThat(written.marks()).hasSize(4 * many / 4);
        assertThat(digest(many, 70_001).difference(written).index()).isEqualTo(70_000);
    }

    @Test
    void aCutsDigestCoversItsFieldsItsRecordsAndTheCutBefore() {
        Cut first = CutChain.link(CUT, List.of(digest(3, -1)), null);
        Cut second = CutChain.link(CUT, List.of(digest(3, -1)), first);
        Cut other = CutChain.link(CUT, List.of(digest(3, 1)), first);

        assertThat(first.link()).isNotNull();
        assertThat(second.link()).isNotNull();
        assertThat(other.link()).isNotNull();
        assertThat(first.link()).isNotNull();
        assertThat(second.link()).isNotNull();
        assertThat(other.link()).isNotNull();
        assertThat(first.link().previous()).isNull();
        assertThat(second.link().previous()).isEqualTo(first.link().digest());
        assertThat(List.of(
                        first.link().digest(),
                        second.link().digest(),
                        other.link().digest()))
                .doesNotHaveDuplicates();
        assertThat(CutChain.digest(
                        second,
                        List.of(second.partitions().get(0).records()),
                        first.link().digest()))
                .isEqualTo(second.link().digest());
    }
}
