package org.dtssync.app.quickstart;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * What one database says a table holds, asked without any code of the pipeline: the rows' COPY text in a certain order.
 * {@code psql -c "COPY ..." | sha256sum} gives the same digest.
 *
 * @param rows how many rows
 * @param bytes of COPY text
 * @param sha256 of the COPY text, in hexadecimal digits
 */
record TableDigest(long rows, long bytes, String sha256) {

    /** Reads the whole table. */
    static TableDigest of(TableName table, DatabaseConnections database) {
        try (Connection connection = database.open()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(statement(table));
            long bytes = 0;
            for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
                digest.update(row);
                bytes += row.length;
            }
            return new TableDigest(
                    copy.getHandledRowCount(), bytes, HexFormat.of().formatHex(digest.digest()));
        } catch (SQLException e) {
            throw SqlFaults.explain("Table " + table + " could not be read from the " + database.role(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Ordered by the rows' own text, byte by byte, which needs no key and no language. */
    static String statement(TableName table) {
        return "COPY (SELECT * FROM " + table.sql() + " AS row ORDER BY row::text COLLATE \"C\") TO STDOUT";
    }
}
