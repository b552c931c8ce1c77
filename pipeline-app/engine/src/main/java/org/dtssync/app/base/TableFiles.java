package org.dtssync.app.base;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Writes the rows of a snapshot into files. Thread-safe; each call has a session of its own. */
final class TableFiles {

    /** A table or a column that no longer exists. */
    private static final List<String> UNDEFINED = List.of("42P01", "42703");

    private static final int REPORTED_ROWS = 1_000;

    private final DatabaseConnections destination;
    private final Snapshot snapshot;
    private final Path directory;
    private final RowPace pace;
    private final BaseListener listener;

    /**
     * What one file got.
     *
     * @param file the file; empty if there was no row
     * @param rows the digest of its rows
     */
    record Written(Optional<BaseFile> file, RowDigest rows) {}

    TableFiles(
            DatabaseConnections destination, Snapshot snapshot, Path directory, RowPace pace, BaseListener listener) {
        this.destination = destination;
        this.snapshot = snapshot;
        this.directory = directory;
        this.pace = pace;
        this.listener = listener;
    }

    /**
     * Writes what one statement reads.
     *
     * @return empty if the table no longer has the rows of the snapshot
     */
    Optional<Written> write(TableLayout layout, String copy, String name) throws InterruptedException {
        TableName table = layout.table();
        try (Connection connection = destination.open()) {
            snapshot.join(connection);
            if (isMoved(connection, layout)) {
                return Optional.empty();
            }
            return Optional.of(write(connection, table, copy, name));
        } catch (SQLException e) {
            if (UNDEFINED.contains(String.valueOf(e.getSQLState()))) {
                return Optional.empty();
            }
            throw SqlFaults.explain("Table " + table + " could not be read from the destination", e);
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "File " + directory.resolve(name) + " could not be written: " + FileFaults.reason(e) + ".",
                    "Make room, then run the same command again, which resumes.",
                    e);
        }
    }

    /** Behind the lock nothing can be emptied any more; the applier waits with a TRUNCATE of this table as long as its rows are read. */
    private static boolean isMoved(Connection connection, TableLayout layout) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + layout.sql() + " IN ACCESS SHARE MODE");
        }
        return TableLayouts.isMoved(connection, layout.table());
    }

    private Written write(Connection connection, TableName table, String copy, String name)
            throws SQLException, IOException, InterruptedException {
        CopyOut out = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copy);
        byte @Nullable [] line = out.readFromCopy();
        if (line == null) {
            return new Written(Optional.empty(), new RowDigest());
        }
        try (RowFileWriter file = new RowFileWriter(directory.resolve(name))) {
            long rows = 0;
            long bytes = 0;
            for (; line != null; line = out.readFromCopy()) {
                file.write(line);
                rows++;
                bytes += line.length;
                if (rows == REPORTED_ROWS) {
                    took(table, rows, bytes);
                    rows = 0;
                    bytes = 0;
                }
            }
            took(table, rows, bytes);
            return new Written(Optional.of(file.finish()), file.rows());
        }
    }

    private void took(TableName table, long rows, long bytes) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("The base was interrupted");
        }
        listener.rows(table, rows, bytes);
        pace.took(rows);
    }
}
