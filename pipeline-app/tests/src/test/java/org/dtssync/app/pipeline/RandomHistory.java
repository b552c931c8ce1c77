package org.dtssync.app.pipeline;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random transactions on tables with keys, unique values, values stored out of line and NULLs: swaps, moves and cycles of
 * keys, values handed on, deleted rows put back, truncations, savepoints. The same seed makes the same history.
 */
final class RandomHistory {

    static final String STRUCTURE = """
            CREATE TABLE item (id int PRIMARY KEY, code int UNIQUE, note text, big text, doc text);
            ALTER TABLE item ALTER big SET STORAGE EXTERNAL, ALTER doc SET STORAGE EXTERNAL;
            CREATE TABLE pair (a int, b int, rank int UNIQUE DEFERRABLE INITIALLY DEFERRED, big text, PRIMARY KEY (b, a));
            ALTER TABLE pair ALTER big SET STORAGE EXTERNAL;
            CREATE TABLE bag (a int, b text, big text);
            ALTER TABLE bag ALTER big SET STORAGE EXTERNAL;
            ALTER TABLE bag REPLICA IDENTITY FULL;
            """;

    private static final int KEYS = 60;

    private final Random random;

    RandomHistory(long seed) {
        this.random = new Random(seed);
    }

    /** Runs some transactions. */
    void run(Connection connection, int transactions) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (int i = 0; i < transactions; i++) {
                transaction(connection, statement);
            }
        }
    }

    private void transaction(Connection connection, Statement statement) throws SQLException {
        int changes = random.nextInt(12) == 0 ? 80 : 1 + random.nextInt(6);
        for (int i = 0; i < changes; i++) {
            Savepoint savepoint = connection.setSavepoint();
            try {
                change(statement);
                if (random.nextInt(10) == 0) {
                    connection.rollback(savepoint);
                }
            } catch (SQLException e) {
                // A value that is taken, or a TRUNCATE while a deferred constraint waits: the application would go on.
                boolean expected = e.getSQLState() != null && e.getSQLState().matches("23...|55006");
                if (!expected) {
                    throw e;
                }
                connection.rollback(savepoint);
            }
        }
        if (random.nextInt(15) == 0) {
            connection.rollback();
            return;
        }
        try {
            connection.commit();
        } catch (SQLException e) {
            if (!"23505".equals(e.getSQLState())) {
                throw e;
            }
            // Two rows still had one deferred value: the server rolled the transaction back.
            connection.rollback();
        }
    }

    private void change(Statement statement) throws SQLException {
        switch (random.nextInt(22)) {
            case 0, 1, 2, 3 ->
                statement.execute(
                        "INSERT INTO item VALUES (%d, %s, %s, %s, %s)".formatted(key(), code(), small(), big(), big()));
            case 4, 5 -> statement.execute("UPDATE item SET note = %s WHERE id = %d".formatted(small(), key()));
            case 6 -> statement.execute("UPDATE item SET big = %s WHERE id = %d".formatted(big(), key()));
            case 7, 8 -> statement.execute("UPDATE item SET id = %d WHERE id = %d".formatted(key(), key()));
            case 9 -> statement.execute("UPDATE item SET code = %s WHERE id = %d".formatted(code(), key()));
            case 10 -> statement.execute("DELETE FROM item WHERE id = %d".formatted(key()));
            case 11 -> cycleKeys(statement);
            case 12 -> swapCodes(statement);
            case 13 -> deleteAndPutBack(statement);
            case 14 -> {
                if (random.nextInt(15) == 0) {
                    statement.execute("TRUNCATE item" + (random.nextBoolean() ? ", bag" : ", pair"));
                }
            }
            case 15 ->
                statement.execute("INSERT INTO pair VALUES (%d, %d, %d, %s)"
                        .formatted(key() % 8, key() % 8, random.nextInt(1000), big()));
            case 16 -> statement.execute("UPDATE pair SET a = %d, b = b WHERE a = %d".formatted(key() % 8, key() % 8));
            case 17 -> {
                // Deferred: both hold the same rank for a moment.
                statement.execute("UPDATE pair SET rank = 1000 - rank");
                statement.execute("DELETE FROM pair WHERE a = %d AND b = %d".formatted(key() % 8, key() % 8));
            }
            case 18 -> statement.execute("INSERT INTO bag VALUES (%d, %s, %s)".formatted(key() % 4, small(), big()));
            case 19 -> statement.execute("UPDATE bag SET a = a + 1 WHERE a = %d".formatted(key() % 4));
            case 20 ->
                statement.execute("UPDATE bag SET big = %s WHERE ctid = (SELECT min(ctid) FROM bag)".formatted(big()));
            default -> statement.execute("DELETE FROM bag WHERE ctid = (SELECT max(ctid) FROM bag)");
        }
    }

    private void cycleKeys(Statement statement) throws SQLException {
        List<Integer> keys = some(statement, "SELECT id FROM item ORDER BY id", 2 + random.nextInt(3));
        if (keys.size() < 2) {
            return;
        }
        statement.execute("UPDATE item SET id = -1 WHERE id = " + keys.get(0));
        for (int i = 1; i < keys.size(); i++) {
            statement.execute("UPDATE item SET id = " + keys.get(i - 1) + " WHERE id = " + keys.get(i));
        }
        statement.execute("UPDATE item SET id = " + keys.get(keys.size() - 1) + " WHERE id = -1");
    }

    private void swapCodes(Statement statement) throws SQLException {
        List<Integer> codes = some(statement, "SELECT code FROM item WHERE code IS NOT NULL ORDER BY code", 2);
        if (codes.size() == 2) {
            statement.execute("UPDATE item SET code = -1 WHERE code = " + codes.get(0));
            statement.execute("UPDATE item SET code = %d WHERE code = %d".formatted(codes.get(0), codes.get(1)));
            statement.execute("UPDATE item SET code = %d WHERE code = -1".formatted(codes.get(1)));
        }
    }

    private void deleteAndPutBack(Statement statement) throws SQLException {
        int key = key();
        statement.execute("DELETE FROM item WHERE id = " + key);
        statement.execute("INSERT INTO item VALUES (%d, %s, %s, %s, NULL)".formatted(key, code(), small(), big()));
        statement.execute("UPDATE item SET note = %s WHERE id = %d".formatted(small(), key));
    }

    private List<Integer> some(Statement statement, String sql, int count) throws SQLException {
        List<Integer> all = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                all.add(rows.getInt(1));
            }
        }
        Collections.shuffle(all, random);
        return all.subList(0, Math.min(count, all.size()));
    }

    private int key() {
        return random.nextInt(KEYS);
    }

    private String code() {
        return random.nextInt(4) == 0 ? "NULL" : Integer.toString(random.nextInt(KEYS));
    }

    private String small() {
        return random.nextInt(4) == 0 ? "NULL" : "'n" + random.nextInt(5) + "'";
    }

    private String big() {
        return switch (random.nextInt(5)) {
            case 0 -> "NULL";
            case 1 -> "'short'";
            default -> "repeat('" + random.nextInt(1000) + "', 1200)";
        };
    }
}
