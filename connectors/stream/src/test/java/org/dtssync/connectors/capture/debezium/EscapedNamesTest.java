package org.dtssync.connectors.capture.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.util.Strings;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.dtssync.schemas.TopicNames;
import org.junit.jupiter.api.Test;

/** Names as Debezium writes and parses them with each change. */
class EscapedNamesTest {

    private final EscapedNames names = new EscapedNames();

    @Property
    void anyTableIsFoundAgainByWhatDebeziumMakesOfItsName(
            @ForAll @StringLength(min = 1, max = 12) String schema,
            @ForAll @StringLength(min = 1, max = 12) String table) {
        TableId escaped = names.escape(table(schema, table, "id")).id();

        TableId parsed = TableId.parse(escaped.toDoubleQuotedString(), false);

        assertThat(parsed).isEqualTo(escaped);
        assertThat(TopicNames.unescape(parsed.schema())).isEqualTo(schema);
        assertThat(TopicNames.unescape(parsed.table())).isEqualTo(table);
    }

    @Test
    void aColumnsQuotesStay() {
        List<String> real = List.of("\"id\"", "'q'", "`b`", "plain", "\"\"two\"\"");
        names.read(real);

        Table escaped = names.escape(table(
                "public", "t", real.stream().map(Strings::unquoteIdentifierPart).toArray(String[]::new)));

        assertThat(escaped.columns())
                .extracting(column -> TopicNames.unescape(Strings.unquoteIdentifierPart(column.name())))
                .containsExactlyElementsOf(real);
    }

    @Test
    void aColumnThatTheCatalogNoLongerHasKeepsTheNameOfTheStream() {
        names.read(List.of("renamed"));

        assertThat(names.escape(table("public", "t", "before")).columns())
                .extracting(Column::name)
                .containsExactly("before");
    }

    private static Table table(String schema, String table, String... columns) {
        return Table.editor()
                .tableId(new TableId(null, schema, table))
                .addColumns(List.of(columns).stream()
                        .map(name -> Column.editor().name(name).type("text").create())
                        .toList())
                .create();
    }
}
