package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A type of a server's catalog that a column can have.
 *
 * @param oid its identifier
 * @param name its name, with the schema unless that is {@code pg_catalog}
 * @param sql its name for SQL
 * @param kind what sort of type it is
 * @param delimiter what separates elements in the text of its arrays
 * @param below the type below a domain, the subtype of a range, the range of a multirange; otherwise null
 */
record MatrixType(
        long oid,
        String name,
        String sql,
        Kind kind,
        String delimiter,
        @Nullable MatrixType below) {

    /** Returns the type below one that has one. */
    MatrixType lower() {
        assertThat(below).as("type below %s", name).isNotNull();
        return below;
    }

    /** What sort of type. */
    enum Kind {
        BASE,
        ENUM,
        DOMAIN,
        COMPOSITE,
        RANGE,
        MULTIRANGE
    }

    /** Reads every type but arrays, pseudo-types and the row types of tables. */
    static List<MatrixType> all(Connection connection) throws SQLException {
        List<Found> found = new ArrayList<>();
        Map<Long, Found> byOid = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT t.oid::bigint, CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE n.nspname || '.' END || t.typname,
                               format_type(t.oid, -1), t.typtype, t.typdelim,
                               coalesce(nullif(t.typbasetype, 0), r.rngsubtype, m.rngtypid, 0)::bigint
                        FROM pg_type t
                        JOIN pg_namespace n ON n.oid = t.typnamespace
                        LEFT JOIN pg_class c ON c.oid = t.typrelid
                        LEFT JOIN pg_range r ON r.rngtypid = t.oid
                        LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
                        WHERE (t.typtype IN ('b', 'e', 'd', 'r', 'm') OR c.relkind = 'c')
                              AND n.nspname NOT LIKE 'pg\\_toast%'
                        ORDER BY n.nspname = 'pg_catalog' DESC, n.nspname COLLATE "C", t.typname COLLATE "C"
                        """)) {
            while (rows.next()) {
                Found type = new Found(
                        rows.getLong(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getString(5),
                        rows.getLong(6));
                found.add(type);
                byOid.put(rows.getLong(1), type);
            }
        }
        List<MatrixType> types = new ArrayList<>();
        for (Found type : found) {
            if (!type.sql().endsWith("[]")) {
                types.add(type.withBelow(byOid));
            }
        }
        return types;
    }

    private record Found(long oid, String name, String sql, String kind, String delimiter, long below) {

        MatrixType withBelow(Map<Long, Found> byOid) {
            Found lower = byOid.get(below);
            assertThat(lower != null).as("%s has a type below it", name).isEqualTo(below != 0);
            MatrixType under = lower == null ? null : lower.withBelow(byOid);
            Kind sort = switch (kind) {
                case "e" -> Kind.ENUM;
                case "d" -> Kind.DOMAIN;
                case "c" -> Kind.COMPOSITE;
                case "r" -> Kind.RANGE;
                case "m" -> Kind.MULTIRANGE;
                default -> Kind.BASE;
            };
            return new MatrixType(oid, name, sql, sort, delimiter, under);
        }
    }
}
