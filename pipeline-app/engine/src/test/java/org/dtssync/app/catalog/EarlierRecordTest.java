package org.dtssync.app.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;

/** A shape that an earlier release stored with no more than 63 bytes of each value. */
class EarlierRecordTest {

    private static final TableName TABLE = new TableName("public", "t");
    private static final String LONG = "'ä" + "x".repeat(80) + "'::text";
    private static final String BEGINNING = LONG.substring(0, 62);

    @Test
    void isTheSameAsTheWholeShape() {
        assertThat(changes(BEGINNING, LONG)).isEmpty();
        assertThat(changes("'short'", "'short'")).isEmpty();
    }

    @Test
    void differsWhereTheShapeDoes() {
        assertThat(changes(BEGINNING, "'ö" + LONG.substring(2))).hasSize(1);
        assertThat(changes(LONG, BEGINNING)).hasSize(1);
        assertThat(changes(LONG, LONG.replace("x'", "y'"))).hasSize(1);
    }

    private static List<ShapeChange> changes(String before, String now) {
        return ShapeFingerprint.changes(Map.of(TABLE, shape(before)), Map.of(TABLE, shape(now)));
    }

    private static String shape(String value) {
        return ShapeFact.print(List.of(
                new ShapeFact("table", "", "oid", "1"),
                new ShapeFact("column", "a", "number", "1"),
                new ShapeFact("column", "a", "type", "text"),
                new ShapeFact("column", "a", "default", value)));
    }
}
