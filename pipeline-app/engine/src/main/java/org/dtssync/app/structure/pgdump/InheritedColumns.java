package org.dtssync.app.structure.pgdump;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * What {@code pg_dump} gets wrong about columns that a table has from its parents. Immutable.
 *
 * @param rules names of rules that forbid NULL in such columns, by the oid of the table: version 18 leaves some out, and does not
 *     quote the others
 * @param changes statements that undo a parent's storage, compression and default, by the oid of the table
 */
record InheritedColumns(Map<Long, List<Rule>> rules, Map<Long, String> changes) {

    /**
     * A rule that forbids NULL.
     *
     * @param name its name
     * @param column the column
     */
    record Rule(String name, String column) {}

    private static final String RULES = """
            SELECT k.conrelid::bigint, k.conname, a.attname
            FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND k.conkey = ARRAY[a.attnum]
            WHERE k.contype = 'n' AND k.conislocal AND a.attinhcount > 0
            """;

    /** A child gets all that from its parent, and its own children from it. */
    private static final String CHANGES = """
            SELECT c.oid::bigint, string_agg(concat_ws(E';\\n',
                       CASE WHEN a.attstorage = t.typstorage AND p.storage THEN
                           format('ALTER TABLE ONLY %I.%I ALTER COLUMN %I SET STORAGE %s', n.nspname, c.relname, a.attname,
                                  CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'e' THEN 'EXTERNAL'
                                       ELSE 'EXTENDED' END) END,
                       CASE WHEN p.value AND NOT a.atthasdef AND a.attidentity = '' THEN
                           format('ALTER TABLE ONLY %I.%I ALTER COLUMN %I DROP DEFAULT', n.nspname, c.relname, a.attname) END,
                       CASE WHEN p.compression AND to_jsonb(a) ->> 'attcompression' = '' THEN
                           format('ALTER TABLE ONLY %I.%I ALTER COLUMN %I SET COMPRESSION default', n.nspname, c.relname, a.attname) END),
                   E';\\n' ORDER BY a.attnum)
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND NOT c.relispartition
            JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (
                SELECT bool_or(b.attstorage <> t.typstorage) AS storage, bool_or(to_jsonb(b) ->> 'attcompression' <> '') AS compression,
                       bool_or(b.atthasdef AND b.attgenerated = '') AS value
                FROM pg_inherits i JOIN pg_attribute b ON b.attrelid = i.inhparent AND b.attname = a.attname
                WHERE i.inhrelid = c.oid
            ) p
            WHERE a.attinhcount > 0 AND a.attnum > 0
              AND (a.attstorage = t.typstorage AND p.storage OR p.compression AND to_jsonb(a) ->> 'attcompression' = ''
                   OR p.value AND NOT a.atthasdef AND a.attidentity = '')
            GROUP BY c.oid
            """;

    /** Reads them in the transaction of a connection. */
    static InheritedColumns read(Connection connection) throws SQLException {
        Map<Long, List<Rule>> rules = new HashMap<>();
        Map<Long, String> changes = new HashMap<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(RULES)) {
                while (rows.next()) {
                    rules.computeIfAbsent(rows.getLong(1), oid -> new ArrayList<>())
                            .add(new Rule(rows.getString(2), rows.getString(3)));
                }
            }
            try (ResultSet rows = statement.executeQuery(CHANGES)) {
                while (rows.next()) {
                    changes.put(rows.getLong(1), rows.getString(2));
                }
            }
        }
        return new InheritedColumns(rules, changes);
    }

    /** Returns the statement that creates a table with each of its rules under its name, quoted. */
    String named(TocEntry table) {
        String definition = table.definition();
        for (Rule rule : rules.getOrDefault(table.oid(), List.of())) {
            for (String column : List.of(rule.column(), Identifiers.quote(rule.column()))) {
                String clause = "\n    CONSTRAINT " + Identifiers.quote(rule.name()) + " NOT NULL " + column;
                definition = Pattern.compile("\n    (?:CONSTRAINT " + Pattern.quote(rule.name()) + " )?NOT NULL "
                                + Pattern.quote(column) + "(?=[,\n])")
                        .matcher(definition)
                        .replaceAll(Matcher.quoteReplacement(clause));
            }
        }
        return definition;
    }
}
