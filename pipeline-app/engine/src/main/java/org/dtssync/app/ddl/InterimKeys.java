package org.dtssync.app.ddl;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/**
 * Unique indexes over replica identities whose own index is made with the others once the rows are there: until then the rows of such a table
 * could not be found by their key.
 *
 * @param destination a session there
 * @param task the task's name
 */
public record InterimKeys(Connection destination, String task) {

    private static final String HAS_INDEX = """
            SELECT EXISTS (SELECT FROM pg_index x
                           WHERE x.indrelid = to_regclass(?) AND x.indisunique AND x.indisvalid AND x.indimmediate
                             AND x.indpred IS NULL AND x.indexprs IS NULL
                             AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text)
                                  FROM unnest(x.indkey::int2[]) WITH ORDINALITY p (attnum, place)
                                  JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = p.attnum
                                  WHERE p.place <= x.indnkeyatts)
                                 = ARRAY(SELECT k FROM unnest(?::text[]) k ORDER BY k))
            """;

    private static final String HAS_COLUMNS = """
            SELECT count(a.attname) = count(*) FROM (SELECT to_regclass(?)) t (relid) CROSS JOIN unnest(?::text[]) k (name)
            LEFT JOIN pg_attribute a ON a.attrelid = t.relid AND a.attname = k.name AND NOT a.attisdropped
            """;

    private static final String ALL = """
            SELECT n.nspname, c.relname FROM pg_description d JOIN pg_class c ON c.oid = d.objoid AND c.relkind IN ('i', 'I')
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE d.classoid = 'pg_class'::regclass AND d.objsubid = 0 AND d.description = ?
            """;

    /**
     * Makes one for a table whose replica identity has no index here. A command that adds columns to it may have been left out.
     *
     * @throws SQLException also if rows violate it
     */
    public void make(CommandTable table) throws SQLException {
        Optional<List<String>> key = table.key();
        if (key.isEmpty() || !exists(table.name(), key.get()) || hasIndex(table.name(), key.get())) {
            return;
        }
        TableName index = new TableName(table.name().schema(), "dts_sync_key_" + table.oid());
        execute("DROP INDEX IF EXISTS " + index.sql());
        execute("CREATE UNIQUE INDEX " + Identifiers.quote(index.table()) + " ON "
                + table.name().sql() + " (" + Identifiers.quoteAll(key.get()) + ")");
        execute("COMMENT ON INDEX " + index.sql() + " IS " + Identifiers.literal(mark()));
    }

    /** Removes all of them. */
    public void remove() throws SQLException {
        List<TableName> indexes = new ArrayList<>();
        try (PreparedStatement statement = destination.prepareStatement(ALL)) {
            statement.setString(1, mark());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    indexes.add(new TableName(rows.getString(1), rows.getString(2)));
                }
            }
        }
        for (TableName index : indexes) {
            execute("DROP INDEX " + index.sql());
        }
    }

    private String mark() {
        return "dts-sync: until task " + task + " has made the indexes of this table";
    }

    private boolean exists(TableName table, List<String> key) throws SQLException {
        return yes(HAS_COLUMNS, table, key);
    }

    private boolean hasIndex(TableName table, List<String> key) throws SQLException {
        return yes(HAS_INDEX, table, key);
    }

    private boolean yes(String sql, TableName table, List<String> key) throws SQLException {
        try (PreparedStatement statement = destination.prepareStatement(sql)) {
            statement.setString(1, table.sql());
            statement.setArray(2, destination.createArrayOf("text", key.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = destination.createStatement()) {
            statement.execute(sql);
        }
    }
}
