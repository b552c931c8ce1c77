package org.dtssync.app.bench;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.postgresql.PGConnection;

/** Copies the first rows for contenders whose own first copy is not what is measured. Stateless. */
final class Seeds {

    private Seeds() {}

    static void copy(Workload workload, Database source, Database destination) {
        try (Connection from = source.open();
                Connection to = destination.open()) {
            for (String table : workload.tableNames()) {
                copy(table, from, to);
            }
        } catch (SQLException | IOException e) {
            throw new BenchException("The first rows could not be copied: " + e.getMessage(), e);
        }
    }

    private static void copy(String table, Connection from, Connection to) throws SQLException, IOException {
        try (PipedInputStream in = new PipedInputStream(1 << 16)) {
            PipedOutputStream out = new PipedOutputStream(in);
            CompletableFuture<Long> reading = CompletableFuture.supplyAsync(() -> {
                try (out) {
                    return from.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + table + " TO STDOUT", out);
                } catch (SQLException | IOException e) {
                    throw new BenchException("Table " + table + " could not be read: " + e.getMessage(), e);
                }
            });
            to.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + table + " FROM STDIN", in);
            reading.join();
        }
    }
}
