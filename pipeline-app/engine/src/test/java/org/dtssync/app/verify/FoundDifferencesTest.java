package org.dtssync.app.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;

class FoundDifferencesTest {

    private static final TableName TABLE = new TableName("public", "orders");

    @Test
    void countsARowOnceThatTwoSlicesFindChanged() {
        FoundDifferences all = new FoundDifferences(10);
        for (int slice = 0; slice < 2; slice++) {
            FoundDifferences found = new FoundDifferences(10);
            found.changed(TABLE, "7", List.of("7"), List.of("note"));
            found.missing(TABLE, "8" + slice, List.of("8" + slice), 1);
            all.add(found);
        }
        all.changed(TABLE, "9", List.of("9"), List.of("note"));

        TableResult result = all.results().get(0);
        assertThat(result.changed()).isEqualTo(2);
        assertThat(result.missing()).isEqualTo(2);
        assertThat(all.differences()).extracting(Difference::key).containsExactly("80", "81", "7", "9");
    }

    @Test
    void countsAllRowsAndListsSomeOfThem() {
        FoundDifferences found = new FoundDifferences(2);
        for (int i = 0; i < 5; i++) {
            found.changed(TABLE, "" + i, List.of("" + i), List.of());
        }

        assertThat(found.results().get(0).changed()).isEqualTo(5);
        assertThat(found.differences()).hasSize(2);
    }
}
