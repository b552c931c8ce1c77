package org.dtssync.app.verify;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dtssync.app.state.TableProgress;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;

/**
 * The tables of both ends.
 *
 * @param tables those that both have, whose rows are to be compared
 * @param findings what already differs: tables and columns that one end lacks
 */
record TablePairs(List<ComparedTable> tables, FoundDifferences findings) {

    static TablePairs read(List<TableProgress> wanted, Session session, VerifySettings settings)
            throws InterruptedException {
        List<TableName> names = wanted.stream().map(TableProgress::table).toList();
        EndPair<Map<TableName, TableLayout>> layouts =
                session.both("the tables", (connection, end) -> LayoutReader.read(connection, names));
        EndPair<String> encodings =
                session.both("the tables", (connection, end) -> text(connection, "SHOW server_encoding"));
        TablePairs pairs = new TablePairs(new ArrayList<>(), new FoundDifferences(settings.listedDifferences()));
        for (TableProgress table : wanted) {
            TableLayout source = layouts.source().get(table.table());
            TableLayout destination = layouts.destination().get(table.table());
            if (source != null && destination != null) {
                pairs.add(table, new EndPair<>(source, destination), encodings.equal());
            } else if (source != null) {
                pairs.oneEnd(table.table(), source, End.SOURCE, session);
            } else if (destination != null) {
                pairs.oneEnd(table.table(), destination, End.DESTINATION, session);
            } else {
                pairs.findings.rows(table.table(), 0, 0);
            }
        }
        return pairs;
    }

    private void add(TableProgress table, EndPair<TableLayout> layouts, boolean sameEncoding) {
        // A key that one end lacks, or that names objects which the other end may not have, cannot be looked up: the
        // rows
        // are compared as a multiset then.
        List<String> key = table.keyColumns()
                .filter(columns -> columns.stream()
                        .allMatch(column -> isAddressable(layouts.source(), column)
                                && isAddressable(layouts.destination(), column)))
                .orElse(List.of());
        ComparedTable compared = new ComparedTable(table.table(), key, layouts, sameEncoding);
        tables.add(compared);
        if (!compared.lonelyColumns().isEmpty()) {
            findings.columnsDiffer(table.table(), compared.lonelyColumns());
        }
    }

    private static boolean isAddressable(TableLayout layout, String column) {
        return layout.column(column).filter(TableLayout.Column::addressable).isPresent();
    }

    private void oneEnd(TableName table, TableLayout layout, End end, Session session) throws InterruptedException {
        String sql = "SELECT count(*) FROM " + (layout.partitioned() ? "" : "ONLY ") + table.sql();
        long rows = Long.parseLong(session.one("table " + table, end, (connection, here) -> text(connection, sql)));
        findings.tableDiffers(table, end == End.SOURCE ? Difference.Kind.MISSING : Difference.Kind.EXTRA, rows);
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
