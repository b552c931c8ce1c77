package org.dtssync.app.snapshot;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.catalog.KeyColumn;
import org.dtssync.app.catalog.KeyOrder;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/** Reads the facts about tables and keys that a copy needs from a database's catalog. Not thread-safe, like its connection. */
final class LoadedTables {

    private final Connection connection;

    LoadedTables(Connection connection) {
        this.connection = connection;
    }

    /**
     * Reads the shape of a table.
     *
     * @throws SyncException of kind SHAPE_CHANGED if it does not exist
     */
    LoadedTable shape(TableName table) throws SQLException {
        return shapes(List.of(table)).values().iterator().next();
    }

    /**
     * Reads the shapes of several tables at once; each of them is there.
     *
     * @throws SyncException of kind SHAPE_CHANGED if one of them does not exist
     */
    Map<TableName, LoadedTable> shapes(List<TableName> tables) throws SQLException {
        Map<TableName, LoadedTable> shapes = known(tables);
        for (TableName table : tables) {
            if (!shapes.containsKey(table)) {
                throw new SyncException(
                        FaultKind.SHAPE_CHANGED,
                        "Table " + table + " does not exist.",
                        "If it was dropped or renamed, exclude it and start the task over.");
            }
        }
        return shapes;
    }

    /** Reads the shapes of those that exist. */
    Map<TableName, LoadedTable> known(List<TableName> tables) throws SQLException {
        Map<TableName, LoadedTable> shapes = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(SHAPES)) {
            statement.setArray(1, texts(tables.stream().map(TableName::schema).toArray()));
            statement.setArray(2, texts(tables.stream().map(TableName::table).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    TableName table = new TableName(rows.getString(1), rows.getString(2));
                    shapes.put(
                            table,
                            new LoadedTable(
                                    table, rows.getBoolean(3), strings(rows.getArray(4)), strings(rows.getArray(5))));
                }
            }
        }
        return shapes;
    }

    /** Reads the order of the unique index over exactly these columns; empty if there is none that is ordered. */
    Optional<KeyOrder> keyOrder(TableName table, List<String> keyColumns) throws SQLException {
        List<KeyColumn> columns = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(KEY_ORDER)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            statement.setArray(3, texts(keyColumns.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.add(new KeyColumn(
                            rows.getString(1),
                            rows.getString(2),
                            rows.getBoolean(3),
                            rows.getBoolean(4),
                            strings(rows.getArray(5)),
                            rows.getBoolean(6)));
                }
            }
        }
        return columns.isEmpty() ? Optional.empty() : Optional.of(new KeyOrder(columns));
    }

    private Array texts(Object[] texts) throws SQLException {
        return connection.createArrayOf("text", texts);
    }

    private static List<String> strings(Array array) throws SQLException {
        return Arrays.asList((String[]) array.getArray());
    }

    /**
     * The binary forms are those of built-in types that PostgreSQL has not changed since 14, the oldest version it is asked of, and of
     * arrays of them: their number says what they are. An enum's is its label. Not in the list: {@code interval}, whose largest values
     * became infinite in 17; {@code xml}, whose declaration changes; {@code money}, which depends on a locale; composites, ranges and
     * arrays of other types, which contain the numbers of types; {@code int2vector} and {@code oidvector}, which do not read an empty one that
     * they sent; and types of extensions.
     */
    private static final String SHAPES = """
            WITH same (type) AS (
                SELECT unnest('{bool,bytea,name,int8,int2,int4,text,oid,json,float4,float8,macaddr,inet,cidr,macaddr8,bpchar,varchar,
                                date,time,timestamp,timestamptz,timetz,bit,varbit,numeric,uuid,jsonb}'::regtype[])::oid
            )
            SELECT n.nspname, c.relname, c.relkind = 'p', columns.names, columns.forms
            FROM unnest(?::text[], ?::text[]) AS wanted (schema_name, table_name)
            JOIN pg_namespace n ON n.nspname = wanted.schema_name
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name
            CROSS JOIN LATERAL (
                SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}') AS names,
                       coalesce(array_agg(
                           CASE
                               WHEN base.kind = 'e'
                               THEN (SELECT format('%I.%I', e.nspname, base.name) FROM pg_namespace e WHERE e.oid = base.schema)
                               WHEN base.type IN (SELECT type FROM same)
                                    OR (base.element IN (SELECT type FROM same) AND base.type < 10000)
                               THEN base.type::text
                               ELSE ''
                           END ORDER BY a.attnum), '{}') AS forms
                FROM pg_attribute a
                CROSS JOIN LATERAL (
                    WITH RECURSIVE below AS (
                        SELECT a.atttypid AS type
                        UNION ALL
                        SELECT t.typbasetype FROM below b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
                    )
                    SELECT t.oid AS type, t.typtype AS kind, t.typname AS name, t.typnamespace AS schema,
                           (SELECT e.oid FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid) AS element
                    FROM below b JOIN pg_type t ON t.oid = b.type
                    WHERE t.typtype <> 'd'
                ) base
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            ) columns
            """;

    /**
     * The replica identity's own index comes first, then the primary key's. A domain is compared as the type below it, so
     * that no cast of a bound meets a constraint that was added later.
     */
    private static final String KEY_ORDER = """
            WITH RECURSIVE chosen AS (
                SELECT i.indrelid, i.indnkeyatts, i.indkey, i.indclass, i.indcollation, i.indoption
                FROM pg_index i
                JOIN pg_class t ON t.oid = i.indrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace
                JOIN pg_class x ON x.oid = i.indexrelid
                JOIN pg_am m ON m.oid = x.relam
                WHERE n.nspname = ? AND t.relname = ? AND m.amname = 'btree'
                  AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
                  AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text COLLATE "C")
                       FROM pg_attribute a
                       WHERE a.attrelid = t.oid AND a.attnum = ANY ((i.indkey::int2[])[0 : i.indnkeyatts - 1]))
                    = (SELECT array_agg(c ORDER BY c COLLATE "C") FROM unnest(?::text[]) AS c)
                ORDER BY i.indisreplident DESC, i.indisprimary DESC, i.indexrelid
                LIMIT 1
            ), key_column AS (
                SELECT p, a.attname, a.atttypid, a.atttypmod, a.attcollation,
                       i.indclass[p] AS operator_class, i.indcollation[p] AS collation, i.indoption[p] AS option
                FROM chosen i
                CROSS JOIN generate_series(0, i.indnkeyatts - 1) AS p
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p]
            ), below (p, type, typmod, kind, base, base_typmod) AS (
                SELECT k.p, t.oid, k.atttypmod, t.typtype, t.typbasetype, t.typtypmod
                FROM key_column k JOIN pg_type t ON t.oid = k.atttypid
                UNION ALL
                SELECT b.p, t.oid, b.base_typmod, t.typtype, t.typbasetype, t.typtypmod
                FROM below b JOIN pg_type t ON t.oid = b.base
                WHERE b.kind = 'd'
            )
            SELECT format('%I', k.attname)
                   || CASE WHEN (b.kind = 'e' OR c.ambiguous) AND b.type <> k.atttypid
                           THEN '::' || format_type(b.type, NULL) ELSE '' END
                   || CASE
                       WHEN k.collation NOT IN (0, k.attcollation)
                       THEN (SELECT format(' COLLATE %I.%I', n.nspname, c.collname)
                             FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
                             WHERE c.oid = k.collation)
                       ELSE '' END,
                   format_type(b.type, b.typmod),
                   k.option & 1 <> 0,
                   k.option & 2 <> 0,
                   ARRAY(SELECT format('OPERATOR(%I.%s)', n.nspname, op.oprname)
                         FROM pg_amop am
                         JOIN pg_operator op ON op.oid = am.amopopr
                         JOIN pg_namespace n ON n.oid = op.oprnamespace
                         WHERE am.amopfamily = o.opcfamily AND am.amoppurpose = 's'
                           AND am.amoplefttype = o.opcintype AND am.amoprighttype = o.opcintype
                         ORDER BY am.amopstrategy),
                   c.ambiguous
            FROM key_column k
            JOIN below b ON b.p = k.p AND b.kind <> 'd'
            CROSS JOIN LATERAL (
                SELECT b.kind IN ('e', 'c', 'r', 'm')
                       AND EXISTS (SELECT FROM pg_cast x WHERE x.castsource = b.type AND x.castcontext = 'i') AS ambiguous
            ) c
            JOIN pg_opclass o ON o.oid = k.operator_class
            ORDER BY k.p
            """;
}
