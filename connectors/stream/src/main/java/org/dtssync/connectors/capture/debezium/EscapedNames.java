package org.dtssync.connectors.capture.debezium;

import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.util.Strings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.schemas.TopicNames;

/**
 * Gives tables and columns the names they have inside Debezium, by the reversible escape of {@link TopicNames}.
 *
 * <p>Debezium quotes a table's name and parses it again for each change, and strips quotes around a column's name twice:
 * the table {@code "dq"}, with quotes in its name, would be mistaken for the table {@code dq}.
 *
 * <p>Used by the one thread that reads the WAL.
 */
final class EscapedNames {

    /** The columns of the table that was read last, by their names with quotes stripped. */
    private final Map<String, String> byUnquoted = new HashMap<>();

    /** Receives the columns of the table that the stream describes next, as named in the catalog. */
    void read(Collection<String> columns) {
        byUnquoted.clear();
        for (String column : columns) {
            byUnquoted.put(Strings.unquoteIdentifierPart(column), column);
        }
    }

    /** Returns a table as it is known inside Debezium. */
    Table escape(Table table) {
        List<Column> columns = new ArrayList<>();
        for (Column column : table.columns()) {
            columns.add(column.edit().name(escape(column.name())).create());
        }
        return Table.editor()
                .tableId(new TableId(
                        null,
                        TopicNames.escape(table.id().schema()),
                        TopicNames.escape(table.id().table())))
                .addColumns(columns)
                .setPrimaryKeyNames(
                        table.primaryKeyColumnNames().stream().map(this::escape).toList())
                .create();
    }

    private String escape(String unquoted) {
        return TopicNames.escape(byUnquoted.getOrDefault(unquoted, unquoted));
    }
}
