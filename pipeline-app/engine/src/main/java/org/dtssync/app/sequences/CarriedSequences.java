package org.dtssync.app.sequences;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.state.RecordedSequences;
import org.dtssync.schemas.StateMigrations;

/**
 * The sequences of one database that belong to a task, by the one definition that the structure, the switch, the verification
 * and the following use:
 *
 * <ul>
 *   <li>a sequence that belongs to a column of a selected table, an identity column's too, in whichever schema it is;
 *   <li>one that a default of a selected table draws from, directly or through a domain or a function, as far as the catalog
 *       records that; and one that a function or a domain of a selected schema draws from;
 *   <li>one of a selected schema that belongs to no table, unless {@code objects.exclude} names exactly it;
 *   <li>one that the task made.
 * </ul>
 *
 * <p>Patterns for tables take none away. One that belongs to a table that is not selected is left to that table. Immutable.
 *
 * @param carried those that belong to the task, in the order of their names
 * @param left those that stand alone and do not
 */
public record CarriedSequences(List<Sequence> carried, List<Sequence> left) {

    /** Copies the lists. */
    public CarriedSequences {
        carried = List.copyOf(carried);
        left = List.copyOf(left);
    }

    /** A partition goes with its root. */
    private static final String TABLES = """
            SELECT c.oid::bigint, rn.nspname, r.relname
            FROM pg_class c
            JOIN pg_class r ON r.oid = coalesce(pg_partition_root(c.oid), c.oid)
            JOIN pg_namespace rn ON rn.oid = r.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
              AND rn.nspname !~ '^pg_' AND rn.nspname NOT IN ('information_schema', 'dts_sync')
              AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
            """;

    /**
     * What tables and schemas need, as far as it can lead to a sequence: tables lead to their defaults, everything to types and
     * functions.
     */
    private static final String NEEDED = """
            WITH RECURSIVE needed (classid, objid) AS (
                SELECT 'pg_class'::regclass::oid, o::oid FROM unnest(?::bigint[]) o
                UNION
                SELECT 'pg_proc'::regclass::oid, p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE n.nspname = ANY (?)
                UNION
                SELECT 'pg_type'::regclass::oid, t.oid FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                WHERE t.typtype = 'd' AND n.nspname = ANY (?)
                UNION
                SELECT step.classid, step.objid FROM needed CROSS JOIN LATERAL (
                    SELECT d.refclassid AS classid, d.refobjid AS objid
                    FROM pg_depend d LEFT JOIN pg_class s ON d.refclassid = 'pg_class'::regclass AND s.oid = d.refobjid
                    WHERE d.classid = needed.classid AND d.objid = needed.objid
                      AND (d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass) OR s.relkind = 'S')
                    UNION ALL
                    SELECT 'pg_attrdef'::regclass::oid, f.oid FROM pg_attrdef f
                    WHERE needed.classid = 'pg_class'::regclass AND f.adrelid = needed.objid
                ) step
            )
            SELECT s.seqrelid::bigint FROM needed JOIN pg_sequence s ON s.seqrelid = needed.objid
            WHERE needed.classid = 'pg_class'::regclass
            """;

    /**
     * Reads them.
     *
     * @param recorded what the task's list of schema objects says about sequences
     */
    public static CarriedSequences read(Connection connection, ObjectSelection selection, RecordedSequences recorded)
            throws SQLException {
        Set<Long> tables = tables(connection, selection);
        Set<Long> needed = needed(connection, tables, schemas(connection, selection));
        Set<Long> owned = owned(connection, tables);
        List<Sequence> carried = new ArrayList<>();
        List<Sequence> left = new ArrayList<>();
        for (Sequence sequence : SequenceCatalog.all(connection)) {
            if (owned.contains(sequence.oid())
                    || needed.contains(sequence.oid())
                    || isOfSchema(sequence, selection)
                    || recorded.made(sequence.name())) {
                // The table of the owner may not be at the other end.
                carried.add(owned.contains(sequence.oid()) ? sequence : sequence.withoutOwner());
            } else if (sequence.owner().isEmpty() && sequence.extension().isEmpty()) {
                left.add(sequence);
            }
        }
        return new CarriedSequences(carried, left);
    }

    private static boolean isOfSchema(Sequence sequence, ObjectSelection selection) {
        String schema = sequence.name().schema();
        return (sequence.owner().isEmpty() || sequence.extension().isPresent())
                && selection.touchesSchema(schema)
                && !selection.excludesExactly(schema, sequence.name().table());
    }

    private static Set<Long> tables(Connection connection, ObjectSelection selection) throws SQLException {
        Set<Long> oids = new LinkedHashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(TABLES)) {
            while (rows.next()) {
                if (selection.selects(rows.getString(2), rows.getString(3))) {
                    oids.add(rows.getLong(1));
                }
            }
        }
        return oids;
    }

    private static List<String> schemas(Connection connection, ObjectSelection selection) throws SQLException {
        List<String> schemas = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")) {
            while (rows.next()) {
                String schema = rows.getString(1);
                if (!schema.equals(StateMigrations.SCHEMA) && selection.touchesSchema(schema)) {
                    schemas.add(schema);
                }
            }
        }
        return schemas;
    }

    private static Set<Long> needed(Connection connection, Set<Long> tables, List<String> schemas) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEEDED)) {
            statement.setArray(1, connection.createArrayOf("bigint", tables.toArray()));
            statement.setArray(2, connection.createArrayOf("text", schemas.toArray()));
            statement.setArray(3, connection.createArrayOf("text", schemas.toArray()));
            return oids(statement);
        }
    }

    private static Set<Long> owned(Connection connection, Set<Long> tables) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT objid::bigint FROM pg_depend
                WHERE classid = 'pg_class'::regclass AND objsubid = 0 AND refclassid = 'pg_class'::regclass AND refobjsubid > 0
                  AND deptype IN ('a', 'i') AND refobjid IN (SELECT unnest(?::bigint[])::oid)
                """)) {
            statement.setArray(1, connection.createArrayOf("bigint", tables.toArray()));
            return oids(statement);
        }
    }

    private static Set<Long> oids(PreparedStatement statement) throws SQLException {
        Set<Long> oids = new HashSet<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                oids.add(rows.getLong(1));
            }
        }
        return oids;
    }
}
