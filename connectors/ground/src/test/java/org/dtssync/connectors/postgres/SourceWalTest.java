package org.dtssync.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceWalTest {

    @ParameterizedTest
    @CsvSource({
        "0/3000028, 0/3000000",
        "0/3002018, 0/3002000",
        "0/3000018, 0/3000000",
        "0/3002028, 0/3002028",
        "A/3000100, A/3000100"
    })
    void aPositionBehindAPagesHeaderIsThePagesStart(String inserted, String end) {
        assertThat(SourceWal.withoutHeader(Lsn.parse(inserted), 8192, 16 * 1024 * 1024))
                .isEqualTo(Lsn.parse(end));
    }
}
