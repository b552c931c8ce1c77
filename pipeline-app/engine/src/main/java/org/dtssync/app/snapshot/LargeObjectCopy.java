package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the large objects of one database those of another: logical replication does not send them. Only those that differ are
 * transferred, each in its own transaction, with its comment and, where owners are kept, its owner and grants.
 *
 * <p>Safe to repeat. Used by one thread.
 */
public final class LargeObjectCopy {

    private static final Logger LOG = LoggerFactory.getLogger(LargeObjectCopy.class);

    private static final int PIECE_BYTES = 1 << 20;
    private static final long WRITERS_MILLIS = 20_000;

    /**
     * What an object is, but for its contents: who owns it, who may use it, and its comment. The rights of the owner are implied.
     */
    private static final String PROPERTIES = """
            SELECT m.oid::bigint AS id, quote_ident(pg_get_userbyid(m.lomowner)) AS owner,
                   ARRAY(SELECT concat_ws(' ', a.privilege_type, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                                          CASE WHEN a.is_grantable THEN 'WITH GRANT OPTION' END)
                         FROM aclexplode(m.lomacl) a WHERE a.grantee <> m.lomowner ORDER BY 1) AS grants,
                   obj_description(m.oid, 'pg_largeobject') AS comment, md5(lo_get(m.oid)) AS digest
            FROM pg_largeobject_metadata m
            """;

    private final DatabaseConnections from;
    private final DatabaseConnections to;
    private final Epoch epoch;
    private final Owners owners;

    /**
     * Creates a copy; opens nothing yet.
     *
     * @param from the database that has them
     * @param to the database that gets them
     * @param epoch the right to write there
     * @param owners whether owners and grants are migrated
     */
    public LargeObjectCopy(DatabaseConnections from, DatabaseConnections to, Epoch epoch, Owners owners) {
        this.from = from;
        this.to = to;
        this.epoch = epoch;
        this.owners = owners;
    }

    /** One of them, without its contents. */
    private record LargeObject(String digest, String comment, String owner, List<String> grants) {
        boolean isLike(LargeObject other, Owners owners) {
            return digest.equals(other.digest)
                    && comment.equals(other.comment)
                    && (owners == Owners.DROP || (owner.equals(other.owner) && grants.equals(other.grants)));
        }
    }

    /**
     * Waits until everything that wrote in the database has ended, since no lock does: its sessions were ended before, which returns while
     * one of them may still commit.
     *
     * @throws SyncException of kind TRANSIENT if something still writes
     */
    public void awaitWriters() throws InterruptedException {
        long deadline = System.nanoTime() + WRITERS_MILLIS * 1_000_000;
        while (writes()) {
            if (System.nanoTime() > deadline) {
                throw new SyncException(
                        FaultKind.TRANSIENT,
                        "A transaction at the " + from.role() + " still writes, and may change large objects.",
                        "Find out which, and try again.");
            }
            Thread.sleep(20);
        }
    }

    private boolean writes() {
        return from.inTransaction("The transactions of the " + from.role() + " could not be queried", connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("""
                            SELECT EXISTS (
                                SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                                WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
                                  AND a.datname = current_database() AND a.usename IS DISTINCT FROM current_user)
                            """)) {
                rows.next();
                return rows.getBoolean(1);
            }
        });
    }

    /** Makes them the same. */
    public void copy() {
        try (Connection source = from.open();
                Connection destination = to.open()) {
            Map<Long, LargeObject> wanted = read(source);
            Map<Long, LargeObject> found = read(destination);
            destination.setAutoCommit(false);
            int changed = 0;
            for (Map.Entry<Long, LargeObject> object : wanted.entrySet()) {
                LargeObject there = found.remove(object.getKey());
                if (there == null || !object.getValue().isLike(there, owners)) {
                    replace(source, destination, object.getKey(), object.getValue(), there != null);
                    changed++;
                }
            }
            for (long id : found.keySet()) {
                epoch.hold(destination);
                execute(destination, "SELECT lo_unlink(" + id + ")");
                destination.commit();
            }
            LOG.info(
                    "Large objects were copied. task={} objects={} changed={} removed={}",
                    epoch.task(),
                    wanted.size(),
                    changed,
                    found.size());
        } catch (SQLException e) {
            throw SqlFaults.explain("The large objects could not be copied to the " + to.role(), e);
        }
    }

    private static Map<Long, LargeObject> read(Connection connection) throws SQLException {
        Map<Long, LargeObject> objects = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(PROPERTIES)) {
            while (rows.next()) {
                String comment = rows.getString("comment");
                objects.put(
                        rows.getLong("id"),
                        new LargeObject(
                                rows.getString("digest"),
                                comment == null ? "" : comment,
                                rows.getString("owner"),
                                Arrays.asList((String[]) rows.getArray("grants").getArray())));
            }
        }
        return objects;
    }

    private void replace(Connection source, Connection destination, long id, LargeObject object, boolean exists)
            throws SQLException {
        epoch.hold(destination);
        if (exists) {
            execute(destination, "SELECT lo_unlink(" + id + ")");
        }
        execute(destination, "SELECT lo_create(" + id + ")");
        try (PreparedStatement read = source.prepareStatement("SELECT lo_get(?::bigint::oid, ?, ?)");
                PreparedStatement write = destination.prepareStatement("SELECT lo_put(?::bigint::oid, ?, ?)")) {
            long at = 0;
            for (byte[] piece = piece(read, id, at); piece.length > 0; piece = piece(read, id, at)) {
                write.setLong(1, id);
                write.setLong(2, at);
                write.setBytes(3, piece);
                write.execute();
                at += piece.length;
            }
        }
        if (!object.comment().isEmpty()) {
            execute(destination, "COMMENT ON LARGE OBJECT " + id + " IS " + literal(destination, object.comment()));
        }
        if (owners == Owners.KEEP) {
            for (String grant : object.grants()) {
                int space = grant.indexOf(' ');
                execute(
                        destination,
                        "GRANT " + grant.substring(0, space) + " ON LARGE OBJECT " + id + " TO "
                                + grant.substring(space + 1));
            }
            execute(destination, "ALTER LARGE OBJECT " + id + " OWNER TO " + object.owner());
        }
        destination.commit();
    }

    private static byte[] piece(PreparedStatement read, long id, long at) throws SQLException {
        read.setLong(1, id);
        read.setLong(2, at);
        read.setInt(3, PIECE_BYTES);
        try (ResultSet rows = read.executeQuery()) {
            rows.next();
            return rows.getBytes(1);
        }
    }

    private static String literal(Connection connection, String text) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT quote_literal(?)")) {
            statement.setString(1, text);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
