package org.dtssync.app.sequences;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/** Reads sequences from the catalog of one database, and where they are. Stateless. */
public final class SequenceCatalog {

    private static final int SEQUENCES_PER_QUERY = 200;

    /** Every permanent or unlogged sequence but those of the server and ours; with the grants that it has beyond its owner's. */
    private static final String SEQUENCES = """
            SELECT c.oid::bigint, n.nspname, c.relname, k.name, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement,
                   s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
                   tn.nspname, t.relname, a.attname,
                   CASE WHEN t.oid IS NOT NULL THEN format('%I.%I', tn.nspname, t.relname) END, quote_ident(a.attname),
                   CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END, e.extname, quote_ident(current_user),
                   has_sequence_privilege(c.oid, 'SELECT'), has_sequence_privilege(c.oid, 'UPDATE'), r.owner,
                   format(E'ALTER SEQUENCE %s OWNER TO %s;\\n', k.name, r.owner)
                   || coalesce((SELECT string_agg(format(E'GRANT %s ON SEQUENCE %s TO %s%s;\\n', g.privilege_type, k.name,
                                CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                                CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), ''
                                ORDER BY g.grantee, g.privilege_type)
                                FROM aclexplode(c.relacl) g WHERE g.grantee <> c.relowner), '')
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_sequence s ON s.seqrelid = c.oid
            CROSS JOIN LATERAL (SELECT format('%I.%I', n.nspname, c.relname) AS name) k
            CROSS JOIN LATERAL (SELECT quote_ident(pg_get_userbyid(c.relowner)) AS owner) r
            LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
                 AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
            LEFT JOIN pg_class t ON t.oid = d.refobjid
            LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
            LEFT JOIN pg_depend m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid AND m.objsubid = 0
                 AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e'
            LEFT JOIN pg_extension e ON e.oid = m.refobjid
            WHERE c.relkind = 'S' AND c.relpersistence <> 't'
              AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'dts_sync')
            ORDER BY n.nspname, c.relname
            """;

    private SequenceCatalog() {}

    /** Returns every sequence of the connection's database, in the order of their names. */
    public static List<Sequence> all(Connection connection) throws SQLException {
        List<Sequence> sequences = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SEQUENCES)) {
            while (rows.next()) {
                sequences.add(read(rows));
            }
        }
        return sequences;
    }

    private static Sequence read(ResultSet row) throws SQLException {
        Optional<Sequence.Owner> owner = row.getString(14) == null
                ? Optional.empty()
                : Optional.of(new Sequence.Owner(
                        new TableName(row.getString(12), row.getString(13)),
                        row.getString(14),
                        row.getString(15),
                        row.getString(16),
                        Optional.ofNullable(row.getString(17))));
        return new Sequence(
                row.getLong(1),
                new TableName(row.getString(2), row.getString(3)),
                row.getString(4),
                new Sequence.Definition(
                        row.getString(5),
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8),
                        row.getLong(9),
                        row.getLong(10),
                        row.getBoolean(11)),
                owner,
                Optional.ofNullable(row.getString(18)),
                new Sequence.Rights(row.getString(19), row.getBoolean(20), row.getBoolean(21), row.getString(22)),
                row.getString(23));
    }

    /** Returns where each of some sequences is. */
    public static Map<TableName, Position> positions(Connection connection, Collection<TableName> names)
            throws SQLException {
        Map<TableName, Position> positions = new HashMap<>();
        List<TableName> all = List.copyOf(names);
        for (int i = 0; i < all.size(); i += SEQUENCES_PER_QUERY) {
            read(connection, all.subList(i, Math.min(all.size(), i + SEQUENCES_PER_QUERY)), positions);
        }
        return positions;
    }

    private static void read(Connection connection, List<TableName> names, Map<TableName, Position> positions)
            throws SQLException {
        List<String> selects = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            selects.add("SELECT " + i + ", last_value, is_called FROM "
                    + names.get(i).sql());
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(String.join(" UNION ALL ", selects))) {
            while (rows.next()) {
                positions.put(names.get(rows.getInt(1)), new Position(rows.getLong(2), rows.getBoolean(3)));
            }
        }
    }
}
