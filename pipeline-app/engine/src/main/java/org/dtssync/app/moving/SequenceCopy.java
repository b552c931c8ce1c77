package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Sets every sequence of one database from the other, those of identity and serial columns included, so that the next value is
 * a fresh one: one that is further on already, in the direction it counts in, stays there. Run it only while writes are blocked.
 *
 * @param from the database whose values count
 * @param to the database to set them in
 * @param selection which schemas' sequences belong to the task
 */
public record SequenceCopy(DatabaseConnections from, DatabaseConnections to, ObjectSelection selection) {

    private static final int SEQUENCES_PER_QUERY = 200;

    /** A sequence's position, and how it continues. */
    private record Value(
            TableName name,
            long last,
            boolean called,
            long start,
            long increment,
            long least,
            long most,
            long cache,
            boolean cycles) {

        /** Another sequence's position, with this one's way of continuing. */
        Value standingAs(Value other) {
            return new Value(name, other.last, other.called, start, increment, least, most, cache, cycles);
        }

        /** Returns whether this one has drawn values that the other would draw yet. A cycle has no further on. */
        boolean isPast(Value other) {
            boolean comparable = !cycles
                    && !other.cycles
                    && (increment > 0) == (other.increment > 0)
                    && last >= other.least
                    && last <= other.most;
            if (!comparable || last == other.last) {
                return comparable && called && !other.called;
            }
            return increment > 0 ? last > other.last : last < other.last;
        }
    }

    /**
     * Copies.
     *
     * @param epoch held by the transaction that writes; it must be one of the database that gets the values, or null
     * @return how many sequences were set
     */
    public int run(@Nullable Epoch epoch) {
        List<Value> values =
                from.inTransaction("The sequences of the " + from.role() + " could not be read", this::read);
        return to.inTransaction("The sequences of the " + to.role() + " could not be set", connection -> {
            if (epoch != null) {
                epoch.hold(connection);
            }
            try (Statement statement = connection.createStatement()) {
                // The other database is read-only meanwhile.
                statement.execute("SET LOCAL lock_timeout = '10s'");
            }
            int count = 0;
            for (Value value : values) {
                count += set(connection, value) ? 1 : 0;
            }
            return count;
        });
    }

    private List<Value> read(Connection connection) throws SQLException {
        List<TableName> names = names(connection);
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < names.size(); i += SEQUENCES_PER_QUERY) {
            List<String> selects = new ArrayList<>();
            for (TableName name : names.subList(i, Math.min(names.size(), i + SEQUENCES_PER_QUERY))) {
                selects.add(select(name));
            }
            values.addAll(read(connection, String.join(" UNION ALL ", selects)));
        }
        return values;
    }

    private static String select(TableName name) {
        return "SELECT tableoid, last_value, is_called FROM " + name.sql();
    }

    private static List<Value> read(Connection connection, String selects) throws SQLException {
        List<Value> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT n.nspname, c.relname, v.last_value, v.is_called, s.seqstart, s.seqincrement, s.seqmin,
                               s.seqmax, s.seqcache, s.seqcycle
                        FROM (%s) v JOIN pg_class c ON c.oid = v.tableoid JOIN pg_namespace n ON n.oid = c.relnamespace
                        JOIN pg_sequence s ON s.seqrelid = c.oid
                        """.formatted(selects))) {
            while (rows.next()) {
                values.add(new Value(
                        new TableName(rows.getString(1), rows.getString(2)),
                        rows.getLong(3),
                        rows.getBoolean(4),
                        rows.getLong(5),
                        rows.getLong(6),
                        rows.getLong(7),
                        rows.getLong(8),
                        rows.getLong(9),
                        rows.getBoolean(10)));
            }
        }
        return values;
    }

    private List<TableName> names(Connection connection) throws SQLException {
        List<TableName> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname <> 'dts_sync' ORDER BY 1, 2
                        """)) {
            while (rows.next()) {
                String schema = rows.getString(1);
                if (selection.touchesSchema(schema) && !selection.excludes(schema, rows.getString(2))) {
                    names.add(new TableName(schema, rows.getString(2)));
                }
            }
        }
        return names;
    }

    /** Returns whether the other database has this sequence. */
    private static boolean set(Connection connection, Value counting) throws SQLException {
        try (PreparedStatement exists = connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            exists.setString(1, counting.name().sql());
            try (ResultSet rows = exists.executeQuery()) {
                rows.next();
                if (!rows.getBoolean(1)) {
                    return false;
                }
            }
        }
        Value there = read(connection, select(counting.name())).get(0);
        Value value = there.isPast(counting) ? counting.standingAs(there) : counting;
        try (Statement statement = connection.createStatement()) {
            statement.execute("ALTER SEQUENCE " + value.name().sql() + " INCREMENT " + value.increment() + " MINVALUE "
                    + value.least() + " MAXVALUE " + value.most() + " START " + value.start() + " RESTART "
                    + value.last() + " CACHE " + value.cache() + (value.cycles() ? " CYCLE" : " NO CYCLE"));
            if (value.called()) {
                statement.execute("SELECT setval('" + value.name().sql().replace("'", "''") + "'::regclass, "
                        + value.last() + ", true)");
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("Sequence " + value.name() + " could not be set", e);
        }
        return true;
    }
}
