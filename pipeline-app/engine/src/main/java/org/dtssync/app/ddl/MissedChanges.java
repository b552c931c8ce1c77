package org.dtssync.app.ddl;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * Changes of the structure that the event triggers of a source have not recorded: a table differs from how they left it. What they have recorded
 * arrives with the rows. Thread-safe; opens a connection for each reading.
 *
 * @param source the source
 */
public record MissedChanges(DatabaseConnections source) {

    /** A table stands for its partitions, those that it has and those that it had. */
    private static final String DIFFERENT = """
            WITH named AS (
                SELECT c.oid AS relid FROM unnest(?::text[], ?::text[]) w (schema, name)
                JOIN pg_namespace n ON n.nspname = w.schema JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
                UNION
                SELECT k.relid FROM unnest(?::text[], ?::text[]) w (schema, name)
                JOIN dts_sync.ddl_relation k ON k.schema = w.schema AND k.name = w.name
            ), trees AS (
                SELECT relid FROM named
                UNION SELECT l.relid FROM named CROSS JOIN LATERAL pg_partition_tree(named.relid) l
                UNION SELECT k.relid FROM named JOIN dts_sync.ddl_relation k ON k.root = named.relid
            )
            SELECT k.schema, k.name, rk.schema, rk.name, n.nspname, c.relname, rn.nspname, r.relname
            FROM trees t
            LEFT JOIN dts_sync.ddl_relation k ON k.relid = t.relid
            LEFT JOIN dts_sync.ddl_relation rk ON rk.relid = k.root
            LEFT JOIN pg_class c ON c.oid = t.relid
            LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_class r ON r.oid = pg_partition_root(t.relid)
            LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
            CROSS JOIN LATERAL dts_sync.relation_mark(t.relid) m
            WHERE (k.mark IS DISTINCT FROM m.mark OR k.altered <> m.altered AND k.file <> c.relfilenode)
              -- DETACH CONCURRENTLY adds a constraint in a transaction of its own, and its event comes with the next one.
              AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = t.relid AND i.inhdetachpending)
            """;

    /**
     * Returns the tables that recorded commands are about which a task has perhaps not applied yet, by their names of now. A table that was
     * made and then renamed to what is not selected is known by neither name at the destination.
     */
    public Set<TableName> onTheWay(String task) {
        try (Connection connection = source.open()) {
            if (!DdlRecorder.isInstalled(connection)) {
                return Set.of();
            }
            Set<TableName> tables = new HashSet<>();
            try (PreparedStatement statement = connection.prepareStatement("""
                            SELECT DISTINCT n.nspname, c.relname FROM dts_sync.ddl d CROSS JOIN LATERAL jsonb_object_keys(d.relations) k (relid)
                            JOIN pg_class c ON c.oid = k.relid::oid JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE d.xid >= coalesce((SELECT t.passed FROM dts_sync.ddl_task t WHERE t.task = ?), '0'::xid8)
                            """)) {
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        tables.add(new TableName(rows.getString(1), rows.getString(2)));
                    }
                }
            }
            return tables;
        } catch (SQLException e) {
            throw SqlFaults.explain("The recorded changes of the structure could not be read", e);
        }
    }

    /** Returns those of some tables that the triggers have not left as they are; all of them if the triggers are not whole. */
    public Set<TableName> among(Collection<TableName> tables) {
        if (tables.isEmpty()) {
            return Set.of();
        }
        try (Connection connection = source.open()) {
            if (!DdlRecorder.isInstalled(connection)) {
                return Set.copyOf(tables);
            }
            Set<TableName> missed = different(connection, tables);
            missed.retainAll(Set.copyOf(tables));
            return missed;
        } catch (SQLException e) {
            throw SqlFaults.explain("The recorded changes of the structure could not be read", e);
        }
    }

    private static Set<TableName> different(Connection connection, Collection<TableName> tables) throws SQLException {
        Set<TableName> different = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(DIFFERENT)) {
            Object[] schemas = tables.stream().map(TableName::schema).toArray();
            Object[] names = tables.stream().map(TableName::table).toArray();
            for (int i = 1; i <= 4; i++) {
                statement.setArray(i, connection.createArrayOf("text", i % 2 == 1 ? schemas : names));
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    for (int i = 1; i <= 7; i += 2) {
                        String schema = rows.getString(i);
                        String name = rows.getString(i + 1);
                        if (schema != null && name != null) {
                            different.add(new TableName(schema, name));
                        }
                    }
                }
            }
        }
        return different;
    }
}
