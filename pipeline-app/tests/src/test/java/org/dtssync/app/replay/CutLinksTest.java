package org.dtssync.app.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dtssync.connectors.chain.CutChain;
import org.dtssync.schemas.Cut;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A cut follows from those before it, or replaces one of them. */
class CutLinksTest {

    private final CutLinks links = new CutLinks();
    private final Cut zero = cut(0, 10, null);
    private final Cut one = cut(1, 20, zero);
    private final Cut two = cut(2, 30, one);

    private static Cut cut(long sequence, long lsn, @Nullable Cut before) {
        Cut cut = new Cut("shop", sequence, lsn, 1L, "1", "slot", 1, 0, List.of());
        return CutChain.link(cut, List.of(), before);
    }

    private static Cut.Link link(Cut cut) {
        Cut.Link link = cut.link();
        assertThat(link).isNotNull();
        return link;
    }

    private void add(Cut... cuts) {
        for (Cut each : cuts) {
            assertThat(links.wrong(each, link(each))).isEmpty();
            links.add(each, link(each));
        }
    }

    private String wrong(Cut cut) {
        return links.wrong(cut, link(cut)).orElseThrow();
    }

    @Test
    void aCutThatRepeatsANumberReplacesTheOneThatHadIt() {
        add(zero, one);
        Cut again = cut(2, 40, one);

        assertThat(links.isReplacedBy(two, link(two), again)).isTrue();
        add(again, cut(3, 50, again));
        assertThat(links.last()).isEqualTo(3);
    }

    @Test
    void aCutThatWasAddedAlreadyCanBeReplacedToo() {
        add(zero, one, two);
        Cut again = cut(2, 40, one);

        add(again, cut(3, 50, again));
    }

    @Test
    void aCopyOfACutReplacesNothing() {
        add(zero, one, two);

        assertThat(links.isReplacedBy(two, link(two), two)).isFalse();
        assertThat(links.isReplacedBy(two, link(two), one)).isFalse();
        assertThat(wrong(one)).isEqualTo("cut 1 stands behind cut 2: it was inserted or moved");
        assertThat(wrong(two)).isEqualTo("cut 2 stands behind cut 2: it was inserted or moved");
    }

    @Test
    void aStreamThatBeginsAgainFollowsFromTheLastCutOfTheOneBefore() {
        add(zero, one, two);
        Cut again = cut(0, 40, two);

        add(again, cut(1, 50, again));
        assertThat(links.last()).isEqualTo(1);
        assertThat(wrong(cut(2, 60, one))).contains("does not follow from the one before it");
    }

    @Test
    void aStreamThatBeginsAgainBehindCutsThatAreGoneIsWrong() {
        add(zero, one);

        assertThat(wrong(cut(0, 40, two))).isEqualTo("cut 0 stands behind cut 1: it was inserted or moved");
        assertThat(wrong(cut(0, 40, null))).isEqualTo("cut 0 stands behind cut 1: it was inserted or moved");
    }

    @Test
    void aCutThatFollowsFromAnotherOneIsWrong() {
        add(zero, one);

        assertThat(wrong(cut(2, 30, cut(1, 21, zero)))).contains("does not follow from the one before it");
        assertThat(wrong(cut(3, 30, one))).isEqualTo("cut 2 is not in its place");
        Cut altered = new Cut("shop", 2, 31, 1L, "1", "slot", 1, 0, List.of(), link(two));
        assertThat(wrong(altered)).isEqualTo("the cut was altered");
    }
}
