package org.dtssync.app.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.dtssync.app.sequences.Position;
import org.dtssync.app.sequences.Sequence.Definition;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequenceLeadTest {

    private static final TableName NAME = new TableName("public", "s");

    private final SequenceLead lead = new SequenceLead();

    @ParameterizedTest(name = "{0} at {3} in {1} to {2} gives {4}, called {5}")
    @CsvSource({
        "1,   1,                    9223372036854775807,  40,                   1040,                 true",
        "10,  1,                    9223372036854775807,  40,                   10040,                true",
        "-1,  -9223372036854775808, -1,                   -40,                  -1040,                true",
        "-5,  -100,                 100,                  100,                  0,                    true",
        "1,   -9223372036854775808, 9223372036854775807,  -9223372036854775808, -9223372036854774808, true",
        "1,   1,                    9223372036854775807,  9223372036854775800,  9223372036854775803,  true",
        "1,   1,                    9,                    8,                    8,                    false",
        "1,   1,                    9,                    9,                    9,                    false",
        "1,   1,                    32767,                32000,                32383,                true",
    })
    void isAThousandStepsButAtMostHalfOfWhatIsLeft(
            long increment, long least, long most, long at, long ahead, boolean called) {
        Definition definition = new Definition("bigint", 1, increment, least, most, 1, false);

        assertThat(lead.target(NAME, definition, new Position(at, false), 0)).isEqualTo(new Position(ahead, called));
    }

    @Test
    void growsWithWhatWasHandedOutWithinTheLastMinutes() {
        Definition definition = new Definition("bigint", 1, 2, 1, Long.MAX_VALUE, 1, false);
        long minute = Duration.ofMinutes(1).toNanos();

        lead.target(NAME, definition, new Position(1, true), 0);
        assertThat(lead.target(NAME, definition, new Position(80_001, true), minute))
                .isEqualTo(new Position(160_001, true));
        assertThat(lead.target(NAME, definition, new Position(80_001, true), 7 * minute))
                .isEqualTo(new Position(82_001, true));
    }
}
