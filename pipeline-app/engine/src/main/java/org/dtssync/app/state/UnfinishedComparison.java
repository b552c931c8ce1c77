package org.dtssync.app.state;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * The progress of the verification of one task's databases, kept at its destination: an interrupted one is resumed, and slices found
 * equal are not read again. Slices that differed are, so that a difference is always current. Thread-safe.
 *
 * @param destination connections to the destination
 * @param task the task's name
 * @param epoch the right to write there
 */
public record UnfinishedComparison(DatabaseConnections destination, String task, Epoch epoch) {

    private static final String FAILURE = "The progress of the verification could not be recorded";

    private static final String FORGET_SLICES = "DELETE FROM dts_sync.comparison_slice WHERE task = ?";

    private static final String INSERT = """
            INSERT INTO dts_sync.comparison_slice (task, schema_name, table_name, number, lower_bound, upper_bound, rows)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (task, schema_name, table_name, number) DO UPDATE SET rows = excluded.rows
            """;

    /**
     * Resumes an interrupted verification, and deletes one that is too old or of other shapes.
     *
     * @param structures a digest that shows whether shapes and loads are the same
     * @param maximumAge how long ago it may have begun
     * @return its slices by table; empty if there is none
     */
    public Map<TableName, List<ComparedSlice>> resume(String structures, Duration maximumAge) {
        return transactions().change(FAILURE, epoch, connection -> {
            try (PreparedStatement statement = connection.prepareStatement("""
                    DELETE FROM dts_sync.comparison
                    WHERE task = ? AND (structures <> ? OR began_at < clock_timestamp() - make_interval(secs => ?))
                    """)) {
                statement.setString(1, task);
                statement.setString(2, structures);
                statement.setDouble(3, maximumAge.toMillis() / 1e3);
                statement.executeUpdate();
            }
            execute(connection, FORGET_SLICES + " AND task NOT IN (SELECT c.task FROM dts_sync.comparison c)");
            return slices(connection);
        });
    }

    private StateTransactions transactions() {
        return new StateTransactions(destination);
    }

    private Map<TableName, List<ComparedSlice>> slices(Connection connection) throws SQLException {
        Map<TableName, List<ComparedSlice>> slices = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT schema_name, table_name, number, lower_bound, upper_bound, rows
                FROM dts_sync.comparison_slice WHERE task = ? ORDER BY 1, 2, 3
                """)) {
            statement.setString(1, task);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    TableName table = new TableName(rows.getString(1), rows.getString(2));
                    long equal = rows.getLong(6);
                    OptionalLong count = rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(equal);
                    slices.computeIfAbsent(table, name -> new ArrayList<>())
                            .add(new ComparedSlice(
                                    table, rows.getInt(3), texts(rows.getArray(4)), texts(rows.getArray(5)), count));
                }
            }
        }
        return slices;
    }

    private static @Nullable List<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? null : Arrays.asList((String[]) array.getArray());
    }

    /**
     * Records that a verification starts, or is resumed.
     *
     * @param lsn the source's position that was applied before its first row was read
     * @return that position, of the first attempt
     */
    public Lsn begin(Lsn lsn, String structures) {
        return transactions().change(FAILURE, epoch, connection -> {
            try (PreparedStatement statement = connection.prepareStatement("""
                    INSERT INTO dts_sync.comparison (task, began_at, advanced_at, lsn, structures)
                    VALUES (?, clock_timestamp(), clock_timestamp(), ?::pg_lsn, ?)
                    ON CONFLICT (task) DO UPDATE SET advanced_at = excluded.advanced_at RETURNING lsn::text
                    """)) {
                statement.setString(1, task);
                statement.setString(2, lsn.toString());
                statement.setString(3, structures);
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    return Lsn.parse(rows.getString(1));
                }
            }
        });
    }

    /** Records how a table is divided. */
    public void cut(TableName table, List<ComparedSlice> slices) {
        transactions().write(FAILURE, epoch, connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement(FORGET_SLICES + " AND schema_name = ? AND table_name = ?")) {
                statement.setString(1, task);
                statement.setString(2, table.schema());
                statement.setString(3, table.table());
                statement.executeUpdate();
            }
            insert(connection, slices);
        });
    }

    /** Records slices that were found equal. */
    public void equal(List<ComparedSlice> slices) {
        transactions().write(FAILURE, epoch, connection -> {
            execute(connection, "UPDATE dts_sync.comparison SET advanced_at = clock_timestamp() WHERE task = ?");
            insert(connection, slices);
        });
    }

    private void insert(Connection connection, List<ComparedSlice> slices) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            for (ComparedSlice slice : slices) {
                statement.setString(1, task);
                statement.setString(2, slice.table().schema());
                statement.setString(3, slice.table().table());
                statement.setInt(4, slice.number());
                statement.setArray(5, array(connection, slice.lower()));
                statement.setArray(6, array(connection, slice.upper()));
                statement.setObject(7, slice.rows().isPresent() ? slice.rows().getAsLong() : null);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static @Nullable Array array(Connection connection, @Nullable List<String> texts) throws SQLException {
        return texts == null ? null : connection.createArrayOf("text", texts.toArray());
    }

    /**
     * Deletes its progress. Joins the connection's transaction.
     *
     * @return when it began, by the destination's clock, ISO 8601 in UTC; empty if none is known
     */
    Optional<String> end(Connection connection) throws SQLException {
        execute(connection, FORGET_SLICES);
        try (PreparedStatement statement = connection.prepareStatement("""
                DELETE FROM dts_sync.comparison WHERE task = ? RETURNING to_char(began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                """)) {
            statement.setString(1, task);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        }
    }

    private void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, task);
            statement.executeUpdate();
        }
    }
}
