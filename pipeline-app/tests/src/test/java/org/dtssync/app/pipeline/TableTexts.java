package org.dtssync.app.pipeline;

import java.io.IOException;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** What COPY prints of every table of schema public, or of all schemas: the meaning of "equal", and no code of ours in between. */
final class TableTexts {

    private static final String PUBLIC = "= 'public'";

    private static final String EVERY = "!~ '^(pg_|information_schema|dts_sync)'";

    private TableTexts() {}

    /** Returns the sorted lines of each table and partition tree; children that inherit are tables of their own. */
    static Map<String, List<String>> of(DatabaseSettings database) throws SQLException, IOException {
        return of(database, PUBLIC);
    }

    private static Map<String, List<String>> of(DatabaseSettings database, String schemas)
            throws SQLException, IOException {
        Map<String, List<String>> texts = new TreeMap<>();
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open()) {
            for (String table : tables(connection, schemas)) {
                texts.put(table, lines(connection, table));
            }
        }
        return texts;
    }

    /** Returns, for each table that differs, the first lines that only one end has. */
    static Map<String, List<String>> differences(DatabaseSettings source, DatabaseSettings destination)
            throws SQLException, IOException {
        return differences(of(source), of(destination));
    }

    /** Returns the same of the tables of every schema but our own. */
    static Map<String, List<String>> differencesOfEverySchema(DatabaseSettings source, DatabaseSettings destination)
            throws SQLException, IOException {
        return differences(of(source, EVERY), of(destination, EVERY));
    }

    private static Map<String, List<String>> differences(
            Map<String, List<String>> left, Map<String, List<String>> right) {
        Map<String, List<String>> differences = new TreeMap<>();
        for (String table : union(left.keySet(), right.keySet())) {
            List<String> lines = new ArrayList<>();
            lines.addAll(only("source: ", left.get(table), right.get(table)));
            lines.addAll(only("destination: ", right.get(table), left.get(table)));
            if (!lines.isEmpty()) {
                differences.put(table, lines);
            }
        }
        return differences;
    }

    private static Set<String> union(Set<String> left, Set<String> right) {
        Set<String> union = new TreeSet<>(left);
        union.addAll(right);
        return union;
    }

    private static List<String> only(String end, @Nullable List<String> here, @Nullable List<String> there) {
        if (here == null || there == null) {
            return here == null ? List.of() : List.of(end + "table");
        }
        Map<String, Integer> copies = new HashMap<>();
        there.forEach(line -> copies.merge(line, 1, Integer::sum));
        return here.stream()
                .filter(line -> copies.merge(line, -1, Integer::sum) < 0)
                .limit(5)
                .map(line -> end + line.substring(0, Math.min(120, line.length())))
                .toList();
    }

    private static List<String> tables(Connection connection, String schemas) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT CASE relkind WHEN 'r' THEN 'ONLY ' ELSE '' END || oid::regclass FROM pg_class
                        WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text\s""" + schemas)) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    private static List<String> lines(Connection connection, String table) throws SQLException, IOException {
        StringWriter text = new StringWriter();
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (SELECT * FROM " + table + ") TO STDOUT", text);
        return text.toString().lines().sorted().toList();
    }
}
