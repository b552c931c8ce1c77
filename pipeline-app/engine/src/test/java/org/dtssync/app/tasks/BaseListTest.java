package org.dtssync.app.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.dtssync.app.state.BaseRecords.RecordedBase;
import org.dtssync.connectors.postgres.Lsn;
import org.junit.jupiter.api.Test;

/** Until when the topics have everything that follows a base. */
class BaseListTest {

    private static final Instant DAY = Instant.parse("2026-03-01T00:00:00Z");

    private static final List<RecordedBase> BASES = List.of(
            new RecordedBase("/b/2", 9, Lsn.parse("0/20"), DAY, DAY.plusSeconds(60)),
            new RecordedBase("/b/1", 4, Lsn.parse("0/10"), DAY.minusSeconds(86_400), DAY.minusSeconds(80_000)));

    @Test
    void aBaseIsReachedAsLongAsNothingBehindItIsOldEnoughToBeDeleted() {
        BaseList list = new BaseList(BASES, 86_400_000, DAY.plusSeconds(3_600));

        assertThat(list.text())
                .isEqualTo("cut 9 at 0/20, committed 2026-03-01T00:00:00Z, in /b/2; the topics have what follows until"
                        + " 2026-03-02T00:00:00Z\n"
                        + "cut 4 at 0/10, committed 2026-02-28T00:00:00Z, in /b/1; the topics do not have what follows"
                        + " since 2026-03-01T00:00:00Z: take another one");
        assertThat(list.secondsLeft()).contains(82_800L);
        assertThat(list.json()).contains("\"reached\":true,\"reached_until\":\"2026-03-02T00:00:00Z\"");
        assertThat(new BaseList(BASES, 60_000, DAY.plusSeconds(3_600)).secondsLeft())
                .contains(-3_540L);
    }

    @Test
    void topicsThatDeleteNothingReachEachBase() {
        BaseList list = new BaseList(BASES, -1, DAY.plusSeconds(3_600));

        assertThat(list.secondsLeft()).isEmpty();
        assertThat(list.text()).endsWith("in /b/1; the topics have what follows");
        assertThat(new BaseList(List.of(), -1, DAY).text()).startsWith("No base was taken.");
    }
}
