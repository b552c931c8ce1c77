package org.dtssync.app.verify;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.postgres.End;

/** Reads suspected rows again, by their keys, at the destination first and at the source afterwards. Stateless. */
final class SuspectReader {

    private static final int KEYS_A_QUERY = 1_000;

    /** At most as many probes of the key's index as there are keys: no join may read the whole table instead. */
    private static final String PROBE = "SET enable_hashjoin = off; SET enable_mergejoin = off";

    private static final String SCAN = "RESET enable_hashjoin; RESET enable_mergejoin";

    private SuspectReader() {}

    /** Returns the state of each key at each end; keys that neither end has are absent. */
    static Map<List<String>, EndPair<RowState>> read(Suspects suspects, Session session) throws InterruptedException {
        Map<List<String>, EndPair<RowState>> states = new HashMap<>();
        // Without a key's index each query reads the whole table, so all hashes go into one.
        int step = suspects.table().keyed() ? KEYS_A_QUERY : suspects.keys().size();
        for (int from = 0; from < suspects.keys().size(); from += step) {
            List<List<String>> keys =
                    suspects.keys().subList(from, Math.min(suspects.keys().size(), from + step));
            Map<Integer, RowState> destination = readAt(End.DESTINATION, suspects.table(), keys, session);
            Map<Integer, RowState> source = readAt(End.SOURCE, suspects.table(), keys, session);
            for (int i = 0; i < keys.size(); i++) {
                states.put(
                        keys.get(i),
                        new EndPair<>(
                                source.getOrDefault(i, RowState.ABSENT), destination.getOrDefault(i, RowState.ABSENT)));
            }
        }
        return states;
    }

    /** Returns the columns that differ in rows that both ends have; empty if they no longer differ. */
    static Map<List<String>, List<String>> differingColumns(
            ComparedTable table, List<List<String>> keys, Session session) throws InterruptedException {
        Map<List<String>, List<String>> differing = new HashMap<>();
        for (int from = 0; from < keys.size(); from += KEYS_A_QUERY) {
            List<List<String>> some = keys.subList(from, Math.min(keys.size(), from + KEYS_A_QUERY));
            EndPair<Map<Integer, Long[]>> hashes = session.both(
                    "table " + table.name(), (connection, end) -> columnHashes(connection, table, end, some));
            hashes.source().forEach((i, source) -> {
                Long[] destination = hashes.destination().getOrDefault(i, source);
                List<String> names = new ArrayList<>();
                for (int column = 0; column < source.length; column++) {
                    if (!source[column].equals(destination[column])) {
                        names.add(table.columns().get(column));
                    }
                }
                differing.put(some.get(i), names);
            });
        }
        return differing;
    }

    private static Map<Integer, RowState> readAt(End end, ComparedTable table, List<List<String>> keys, Session session)
            throws InterruptedException {
        return session.one(
                "table " + table.name(),
                end,
                (connection, here) ->
                        table.keyed() ? byKey(connection, table, here, keys) : byHash(connection, table, here, keys));
    }

    private static Map<Integer, RowState> byKey(
            Connection connection, ComparedTable table, End end, List<List<String>> keys) throws SQLException {
        Map<Integer, RowState> states = new HashMap<>();
        set(connection, PROBE);
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(table.sql(end).byKeys(keys))) {
            while (rows.next()) {
                List<String> key = new ArrayList<>();
                for (int i = 0; i < table.keyColumns().size(); i++) {
                    key.add(rows.getString(5 + i));
                }
                RowState row = new RowState(
                        new BucketSum(1, rows.getBigDecimal(2)), rows.getString(3), rows.getString(4), key);
                states.merge(rows.getInt(1), row, RowState::plus);
            }
        }
        return states;
    }

    private static Map<Integer, RowState> byHash(
            Connection connection, ComparedTable table, End end, List<List<String>> keys) throws SQLException {
        Object[] hashes = keys.stream().map(key -> Long.valueOf(key.get(0))).toArray();
        Map<Integer, RowState> states = new HashMap<>();
        set(connection, SCAN);
        try (PreparedStatement statement =
                connection.prepareStatement(table.sql(end).byHashes())) {
            statement.setArray(1, connection.createArrayOf("bigint", hashes));
            statement.setArray(2, connection.createArrayOf("bigint", hashes));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    int i = rows.getInt(1) - 1;
                    long hash = (Long) hashes[i];
                    BucketSum sum = new BucketSum(rows.getLong(2), BigDecimal.valueOf(hash));
                    String label = "row hash " + Long.toHexString(hash);
                    states.put(i, new RowState(sum, rows.getString(3), label, keys.get(i)));
                }
            }
        }
        return states;
    }

    private static Map<Integer, Long[]> columnHashes(
            Connection connection, ComparedTable table, End end, List<List<String>> keys) throws SQLException {
        Map<Integer, Long[]> hashes = new HashMap<>();
        set(connection, PROBE);
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(table.sql(end).columnHashes(keys))) {
            while (rows.next()) {
                hashes.put(rows.getInt(1), (Long[]) rows.getArray(2).getArray());
            }
        }
        return hashes;
    }

    private static void set(Connection connection, String settings) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(settings);
        }
    }
}
