package org.dtssync.app.precheck;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection;

/** Whether an object at the destination has the name of a schema object, other than a table, that would be created there. */
final class ExistingNames {

    /**
     * Objects that belong to an extension, to a table's row type, an array, an identity column or a constraint come with what
     * they belong to. Of indexes and sequences that belong to tables, only those of selected tables are created.
     */
    private static final String AT_SOURCE = """
            WITH chosen AS (
                SELECT oid, nspname FROM pg_namespace WHERE oid = ANY (SELECT unnest(?::bigint[])::oid)
            ), selected AS (SELECT unnest(?::bigint[])::oid AS oid
            ), extended AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
            SELECT 'relation', c.oid::regclass::text, n.nspname, c.relname,
                CASE c.relkind WHEN 'v' THEN 'View' WHEN 'm' THEN 'Materialized view' WHEN 'S' THEN 'Sequence' ELSE 'Index' END
            FROM pg_class c JOIN chosen n ON n.oid = c.relnamespace
            LEFT JOIN pg_index x ON x.indexrelid = c.oid
            WHERE c.relkind IN ('v', 'm', 'S', 'i', 'I')
                AND (x.indrelid IS NULL OR x.indrelid IN (SELECT oid FROM selected)
                    OR EXISTS (SELECT FROM pg_class m WHERE m.oid = x.indrelid AND m.relkind = 'm'))
                AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
                    WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid
                        AND d.refclassid = 'pg_class'::regclass AND t.relkind IN ('r', 'p') AND d.deptype IN ('a', 'i')
                        AND (d.deptype = 'i' OR d.refobjid NOT IN (SELECT oid FROM selected)))
                AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM extended)
            UNION ALL
            SELECT 'function', p.oid::regprocedure::text, n.nspname, p.proname,
                CASE p.prokind WHEN 'p' THEN 'Procedure' WHEN 'a' THEN 'Aggregate' ELSE 'Function' END
            FROM pg_proc p JOIN chosen n ON n.oid = p.pronamespace
            WHERE ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM extended)
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                    AND d.deptype = 'i')
            UNION ALL
            SELECT 'type', t.oid::regtype::text, n.nspname, t.typname,
                CASE t.typtype WHEN 'd' THEN 'Domain' ELSE 'Type' END
            FROM pg_type t JOIN chosen n ON n.oid = t.typnamespace
            LEFT JOIN pg_class c ON c.oid = t.typrelid
            WHERE (t.typtype IN ('d', 'e', 'r') OR t.typtype = 'b' AND t.typelem = 0 OR c.relkind = 'c')
                AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM extended)
            UNION ALL
            SELECT 'operator', o.oid::regoperator::text, n.nspname, o.oprname, 'Operator'
            FROM pg_operator o JOIN chosen n ON n.oid = o.oprnamespace
            WHERE ('pg_operator'::regclass, o.oid) NOT IN (SELECT classid, objid FROM extended)
            UNION ALL
            SELECT 'collation', l.oid::regcollation::text, n.nspname, l.collname, 'Collation'
            FROM pg_collation l JOIN chosen n ON n.oid = l.collnamespace
            WHERE ('pg_collation'::regclass, l.oid) NOT IN (SELECT classid, objid FROM extended)
            UNION ALL
            SELECT 'configuration', f.oid::regconfig::text, n.nspname, f.cfgname, 'Text search configuration'
            FROM pg_ts_config f JOIN chosen n ON n.oid = f.cfgnamespace
            WHERE ('pg_ts_config'::regclass, f.oid) NOT IN (SELECT classid, objid FROM extended)
            UNION ALL
            SELECT 'dictionary', y.oid::regdictionary::text, n.nspname, y.dictname, 'Text search dictionary'
            FROM pg_ts_dict y JOIN chosen n ON n.oid = y.dictnamespace
            WHERE ('pg_ts_dict'::regclass, y.oid) NOT IN (SELECT classid, objid FROM extended)
            """;

    /** A row type occupies a type name too. The many functions and types of the system need not be sent. */
    private static final String AT_DESTINATION = """
            WITH own AS (
                SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'dts_sync')
            )
            SELECT 'relation', oid::regclass::text FROM pg_class WHERE relnamespace IN (SELECT oid FROM own)
            UNION ALL SELECT 'function', oid::regprocedure::text FROM pg_proc WHERE pronamespace IN (SELECT oid FROM own)
            UNION ALL SELECT 'type', oid::regtype::text FROM pg_type WHERE typnamespace IN (SELECT oid FROM own)
            UNION ALL SELECT 'operator', oid::regoperator::text FROM pg_operator WHERE oprnamespace IN (SELECT oid FROM own)
            UNION ALL SELECT 'collation', oid::regcollation::text FROM pg_collation
                WHERE collnamespace IN (SELECT oid FROM own)
            UNION ALL SELECT 'configuration', oid::regconfig::text FROM pg_ts_config
                WHERE cfgnamespace IN (SELECT oid FROM own)
            UNION ALL SELECT 'dictionary', oid::regdictionary::text FROM pg_ts_dict
                WHERE dictnamespace IN (SELECT oid FROM own)
            """;

    private ExistingNames() {}

    /** One object; of a function the name has the types of its arguments. */
    private record Named(String space, String name, String schema, String bareName, String kind) {

        private static Named read(ResultSet row) throws SQLException {
            return new Named(row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5));
        }

        /** Two objects in one namespace cannot have the same name. */
        private String place() {
            return space + ' ' + name;
        }
    }

    private static boolean isExcluded(Named object, ObjectSelection selection) {
        return object.kind().equals("Sequence")
                ? selection.excludesExactly(object.schema(), object.bareName())
                : selection.excludes(object.schema(), object.bareName());
    }

    static void existing(Ends ends, Findings findings) throws SQLException {
        if (ends.progress().isPresent() || ends.task().destination().existing() != Existing.FAIL) {
            findings.pass("destination", "Existing objects at the destination other than tables stay as they are.");
            return;
        }
        List<Long> tables = ends.tables().stream().map(CatalogTable::oid).toList();
        List<Named> wanted =
                new ArrayList<>(ends.atSource(AT_SOURCE, ends.schemas(), tables).list(Named::read));
        wanted.removeIf(object -> isExcluded(object, ends.task().objects()));
        wanted.sort(Comparator.comparing(Named::place));
        Set<String> taken = new HashSet<>(
                ends.atDestination(AT_DESTINATION).list(row -> row.getString(1) + ' ' + row.getString(2)));
        for (Named object : wanted) {
            if (taken.contains(object.place())) {
                findings.fail(
                        "exists",
                        object.name(),
                        object.kind() + " " + object.name() + " already exists at the destination.",
                        Advice.text(
                                Advice.Place.DESTINATION,
                                "First make sure that destination.url names the right database. If it does, keep it as it is"
                                        + " (destination: { existing: adopt }), or rename or drop it there."));
            }
        }
        findings.passIfNothingFound(
                "destination", "No object at the destination has the name of a schema object of the source.");
    }
}
