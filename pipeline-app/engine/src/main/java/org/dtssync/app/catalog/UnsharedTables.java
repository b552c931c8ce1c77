package org.dtssync.app.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/** Tables that only one of two databases has, of whatever selection. Stateless. */
public final class UnsharedTables {

    /** Partition trees by their root. */
    private static final String ALL = """
            SELECT n.nspname, c.relname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
              AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'dts_sync') AND n.nspname !~ '^pg_(toast|temp)'
              AND NOT EXISTS (SELECT FROM pg_depend d
                              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            """;

    /** By their size, since the account may not be allowed to read them. */
    private static final String FILLED = ALL + """
              AND CASE c.relkind WHEN 'r' THEN pg_relation_size(c.oid)
                  ELSE (SELECT coalesce(sum(pg_relation_size(t.relid)), 0) FROM pg_partition_tree(c.oid) t WHERE t.isleaf) END > 0
            ORDER BY 1, 2
            """;

    private static final String EXISTING = """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
            """;

    private UnsharedTables() {}

    /** Returns the tables of a database that have rows, or had some, and do not exist in the other one. */
    public static List<TableName> of(DatabaseConnections database, DatabaseConnections other) {
        return of(FILLED, database, other);
    }

    /** Returns the tables of a database that do not exist in the other one, empty ones too. */
    public static List<TableName> all(DatabaseConnections database, DatabaseConnections other) {
        return of(ALL, database, other);
    }

    private static List<TableName> of(String sql, DatabaseConnections database, DatabaseConnections other) {
        List<TableName> tables = read(database, sql);
        if (!tables.isEmpty()) {
            Set<TableName> there = new LinkedHashSet<>(read(other, EXISTING));
            tables.removeIf(there::contains);
        }
        return tables;
    }

    private static List<TableName> read(DatabaseConnections database, String sql) {
        List<TableName> tables = new ArrayList<>();
        try (Connection connection = database.open();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                tables.add(new TableName(rows.getString(1), rows.getString(2)));
            }
            return tables;
        } catch (SQLException e) {
            throw SqlFaults.explain("The tables of the " + database.role() + " could not be listed", e);
        }
    }
}
