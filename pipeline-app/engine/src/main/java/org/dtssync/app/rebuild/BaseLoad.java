package org.dtssync.app.rebuild;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseFile;
import org.dtssync.app.base.BaseListener;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.base.FileFaults;
import org.dtssync.app.base.RowFileReader;
import org.dtssync.app.state.ReplayStore;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Loads the files of a base, each in a transaction that also records it, several at a time. Used by one thread. */
final class BaseLoad {

    private static final int BUFFER_BYTES = 1 << 16;

    private static final int REPORTED_ROWS = 1_000;

    private final DatabaseConnections target;
    private final ReplayStore store;
    private final Epoch epoch;
    private final BaseDirectory directory;
    private final BaseListener listener;

    private record Pending(BaseTable table, BaseFile file) {}

    BaseLoad(
            DatabaseConnections target,
            ReplayStore store,
            Epoch epoch,
            BaseDirectory directory,
            BaseListener listener) {
        this.target = target;
        this.store = store;
        this.epoch = epoch;
        this.directory = directory;
        this.listener = listener;
    }

    /** Loads what is not loaded yet. */
    void run(BaseManifest manifest, int workers) throws InterruptedException {
        Set<String> loaded = store.loaded();
        List<Pending> pending = new ArrayList<>();
        manifest.tables()
                .forEach(table -> table.files().stream()
                        .filter(file -> !loaded.contains(file.name()))
                        .forEach(file -> pending.add(new Pending(table, file))));
        pending.sort(Comparator.comparing(each -> -each.file().bytes()));
        ExecutorService executor = Executors.newFixedThreadPool(Math.max(1, workers), BaseLoad::thread);
        try {
            List<Future<Boolean>> futures = new ArrayList<>();
            for (Pending each : pending) {
                futures.add(executor.submit(() -> load(each)));
            }
            for (Future<Boolean> future : futures) {
                future.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SyncException fault) {
                throw fault;
            }
            if (e.getCause() instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw UnexpectedError.of("the load of the base", Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            executor.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "dts-sync-base-load");
        thread.setDaemon(true);
        return thread;
    }

    private boolean load(Pending pending) throws InterruptedException {
        try (Connection connection = target.open()) {
            try (Statement statement = connection.createStatement()) {
                // A load that a crash of the server loses takes its record with it.
                statement.execute("SET synchronous_commit = off");
            }
            connection.setAutoCommit(false);
            epoch.hold(connection);
            long rows = copy(connection, pending);
            store.loaded(connection, pending.file().name(), rows);
            connection.commit();
            return true;
        } catch (SQLException e) {
            throw refused(pending, e);
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "File " + pending.file().name() + " of the base cannot be read: " + FileFaults.reason(e) + ".",
                    "dts-sync base check says what else cannot.",
                    e);
        }
    }

    private static SyncException refused(Pending pending, SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("22") || state.startsWith("23")
                ? new SyncException(
                        FaultKind.DATA,
                        "The target refused a row of table " + pending.table().table() + " (SQLSTATE " + state + ").",
                        "Its version or its extensions may not know a value that the source has.")
                : SqlFaults.explain("Table " + pending.table().table() + " could not be loaded into the target", e);
    }

    private long copy(Connection connection, Pending pending) throws SQLException, IOException, InterruptedException {
        BaseTable table = pending.table();
        CopyIn in = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table.table().sql() + " (" + table.columnsSql() + ") FROM STDIN");
        byte[] buffer = new byte[BUFFER_BYTES];
        int filled = 0;
        long read = 0;
        try (RowFileReader rows = directory.rows(pending.file())) {
            while (rows.next()) {
                int length = rows.length() + 1;
                if (length > buffer.length - filled) {
                    in.writeToCopy(buffer, 0, filled);
                    filled = 0;
                }
                if (length > buffer.length) {
                    in.writeToCopy(rows.line(), 0, rows.length());
                    buffer[filled++] = '\n';
                } else {
                    System.arraycopy(rows.line(), 0, buffer, filled, rows.length());
                    filled += length;
                    buffer[filled - 1] = '\n';
                }
                if (++read % REPORTED_ROWS == 0) {
                    listener.rows(table.table(), REPORTED_ROWS, 0);
                    if (Thread.interrupted()) {
                        throw new InterruptedException("The load was interrupted");
                    }
                }
            }
        }
        in.writeToCopy(buffer, 0, filled);
        long kept = in.endCopy();
        if (kept != pending.file().rows()) {
            throw new SyncException(
                    FaultKind.DATA,
                    "The target kept " + kept + " of " + pending.file().rows() + " rows of table " + table.table()
                            + ".",
                    "");
        }
        listener.rows(table.table(), read % REPORTED_ROWS, 0);
        return kept;
    }
}
