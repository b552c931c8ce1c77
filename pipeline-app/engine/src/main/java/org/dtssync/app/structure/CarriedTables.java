package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.StateMigrations;
import org.jspecify.annotations.Nullable;

/**
 * The selected tables of one database, with their oids. Immutable.
 *
 * <p>A partition goes with its root, whatever its own name. Foreign and temporary tables and members of extensions are never taken.
 *
 * @param oids the oid of each table
 * @param roots those of them that are not partitions
 */
public record CarriedTables(Map<TableName, Long> oids, Set<TableName> roots) {

    private static final String TABLES = """
            SELECT c.oid::bigint, n.nspname, c.relname, rn.nspname, r.relname
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class r ON r.oid = coalesce(pg_partition_root(c.oid), c.oid)
            JOIN pg_namespace rn ON rn.oid = r.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
              AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
            ORDER BY n.nspname, c.relname
            """;

    /** Reads them in the transaction of a connection. */
    public static CarriedTables read(Connection connection, ObjectSelection selection) throws SQLException {
        Map<TableName, Long> oids = new LinkedHashMap<>();
        Set<TableName> roots = new LinkedHashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TABLES)) {
            while (rows.next()) {
                TableName table = new TableName(rows.getString(2), rows.getString(3));
                TableName root = new TableName(rows.getString(4), rows.getString(5));
                if (!root.schema().equals(StateMigrations.SCHEMA) && selection.selects(root.schema(), root.table())) {
                    oids.put(table, rows.getLong(1));
                    if (table.equals(root)) {
                        roots.add(table);
                    }
                }
            }
        }
        return new CarriedTables(oids, roots);
    }

    boolean contains(@Nullable String schema, String table) {
        return schema != null && oids.containsKey(new TableName(schema, table));
    }
}
