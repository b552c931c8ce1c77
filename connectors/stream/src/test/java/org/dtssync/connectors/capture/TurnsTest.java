package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Rows that a load reads and changes that are behind share the time. */
class TurnsTest {

    private long now;
    private final Turns turns = new Turns(() -> now);

    @Test
    void rowsWaitForChangesThatAreBehindAsLongAsTheyTookThemselves() {
        rowsTake(100);
        assertThat(turns.areRowsNext()).isTrue();

        turns.changesCame(4096);
        now += 99;
        assertThat(turns.areRowsNext()).isFalse();
        now += 1;
        assertThat(turns.areRowsNext()).isTrue();

        rowsTake(10);
        assertThat(turns.areRowsNext()).isFalse();
        turns.changesCame(3);
        assertThat(turns.areRowsNext()).as("nothing is behind").isTrue();
    }

    private void rowsTake(long time) {
        turns.rowsBegin();
        now += time;
        turns.rowsEnd();
    }
}
