package org.dtssync.app.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.EventTriggers;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/**
 * The task's publication at the source: exactly the selected tables, partitioned ones by their root.
 *
 * @param name its name
 */
public record Publication(String name) {

    /** One statement over very many tables would overflow the server's lock table. */
    private static final int TABLES_PER_STATEMENT = 500;

    /**
     * Re-creates it.
     *
     * @param connection to the source, in autocommit mode
     * @throws SyncException of kind PRECHECK if a table has no usable replica identity: publishing it would make the
     *     application's updates fail
     */
    public void create(Connection connection, List<TableName> tables) throws SQLException {
        drop(connection);
        List<String> clauses = clauses(connection, tables);
        connection.setAutoCommit(false);
        try {
            for (int from = 0; from < clauses.size(); from += TABLES_PER_STATEMENT) {
                List<String> part = clauses.subList(from, Math.min(clauses.size(), from + TABLES_PER_STATEMENT));
                add(connection, part, from == 0);
                // In the same transaction: a key dropped since the precheck must not cost the application an update.
                requireIdentities(connection, tables.subList(from, from + part.size()));
                connection.commit();
            }
        } catch (SQLException | SyncException e) {
            connection.rollback();
            connection.setAutoCommit(true);
            drop(connection);
            throw e;
        }
        connection.setAutoCommit(true);
    }

    /**
     * Adds one table, unless all of it is already published. Writers of the table are blocked briefly: what a transaction wrote
     * while a table was added to a publication may be missing from the stream.
     *
     * @param connection to the source, in autocommit mode
     */
    public void include(Connection connection, TableName table) throws SQLException {
        Entry entry = entry(connection, table);
        if (entry == Entry.WHOLE) {
            return;
        }
        List<String> clauses = clauses(connection, List.of(table));
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            EventTriggers.silence(connection);
            statement.execute("SET LOCAL lock_timeout = '10s'");
            statement.execute("LOCK TABLE " + table.sql() + " IN SHARE ROW EXCLUSIVE MODE");
            if (entry == Entry.PART) {
                statement.execute("ALTER PUBLICATION " + Identifiers.quote(name) + " DROP TABLE " + table.sql());
            }
            add(connection, clauses, false);
            requireIdentities(connection, List.of(table));
            connection.commit();
        } catch (SQLException | SyncException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** How much of a table is published. */
    private enum Entry {
        NONE,
        PART,
        WHOLE
    }

    /** The table may have a row filter or a column list. */
    private Entry entry(Connection connection, TableName table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT to_jsonb(r) ->> 'prqual' IS NULL AND to_jsonb(r) ->> 'prattrs' IS NULL
                FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
                WHERE p.pubname = ? AND r.prrelid = to_regclass(?)
                """)) {
            statement.setString(1, name);
            statement.setString(2, table.sql());
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return Entry.NONE;
                }
                return rows.getBoolean(1) ? Entry.WHOLE : Entry.PART;
            }
        }
    }

    private void add(Connection connection, List<String> clauses, boolean first) throws SQLException {
        String tables = String.join(", ", clauses);
        String sql = first
                ? "CREATE PUBLICATION " + Identifiers.quote(name) + " FOR TABLE " + tables
                        + " WITH (publish_via_partition_root = true)"
                : "ALTER PUBLICATION " + Identifiers.quote(name) + " ADD TABLE " + tables;
        try (Statement statement = connection.createStatement()) {
            EventTriggers.silence(connection);
            statement.execute("SET LOCAL lock_timeout = '10s'");
            statement.execute(sql);
        }
    }

    /** A table that others inherit from must not include them: they are selected separately, or not at all. */
    private static List<String> clauses(Connection connection, List<TableName> tables) throws SQLException {
        Set<TableName> partitioned = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind = 'p'
                """);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                partitioned.add(new TableName(rows.getString(1), rows.getString(2)));
            }
        }
        return tables.stream()
                .map(table -> partitioned.contains(table) ? table.sql() : "ONLY " + table.sql())
                .toList();
    }

    /** Only for tables that were just added: checking the first ones again with every batch would cost the most. */
    private static void requireIdentities(Connection connection, List<TableName> tables) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                WITH RECURSIVE published AS (
                    SELECT to_regclass(added)::oid AS relation FROM unnest(?) AS added
                    UNION
                    SELECT i.inhrelid FROM published
                    JOIN pg_class c ON c.oid = published.relation AND c.relkind = 'p'
                    JOIN pg_inherits i ON i.inhparent = c.oid
                )
                SELECT n.nspname || '.' || c.relname
                FROM published JOIN pg_class c ON c.oid = published.relation
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind = 'r' AND NOT CASE c.relreplident
                    WHEN 'f' THEN true
                    WHEN 'd' THEN EXISTS (SELECT 1 FROM pg_index i
                                          WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate AND i.indisvalid)
                    WHEN 'i' THEN EXISTS (SELECT 1 FROM pg_index i
                                          WHERE i.indrelid = c.oid AND i.indisreplident AND i.indimmediate AND i.indisvalid)
                    ELSE false END
                ORDER BY 1
                """)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableName::sql).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                List<String> missing = new ArrayList<>();
                while (rows.next()) {
                    missing.add(rows.getString(1));
                }
                if (!missing.isEmpty()) {
                    throw new SyncException(
                            FaultKind.PRECHECK,
                            "These tables have no usable replica identity, and publishing them would make the application's"
                                    + " updates fail: "
                                    + missing.stream().limit(10).collect(Collectors.joining(", ")) + ".",
                            "Add a primary key or set REPLICA IDENTITY FULL; dts-sync precheck prints the statements.");
                }
            }
        }
    }

    /** Drops it if it exists. */
    public void drop(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            EventTriggers.silence(connection);
            statement.execute("DROP PUBLICATION IF EXISTS " + Identifiers.quote(name));
        }
    }
}
