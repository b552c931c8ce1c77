package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much memory the producer's batches take, whose number is that of the tables of a cut. */
class CutWriterTest {

    @Test
    void aFewTablesHaveLargeBatches() {
        assertThat(CutWriter.batchBytes(0)).isEqualTo(256 << 10);
        assertThat(CutWriter.batchBytes(1)).isEqualTo(256 << 10);
        assertThat(CutWriter.batchBytes(64)).isEqualTo(256 << 10);
    }

    @Test
    void manyTablesShareTheRoom() {
        assertThat(CutWriter.batchBytes(256)).isEqualTo(64 << 10);
        assertThat(256 * CutWriter.batchBytes(256)).isEqualTo(16L << 20);
    }

    @Test
    void aBatchNeverGetsSoSmallThatEachRecordIsARequest() {
        assertThat(CutWriter.batchBytes(100_000)).isEqualTo(16 << 10);
    }
}
