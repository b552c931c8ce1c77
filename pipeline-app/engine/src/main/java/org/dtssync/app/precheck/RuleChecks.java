package org.dtssync.app.precheck;

import java.sql.SQLException;
import org.dtssync.app.catalog.UnsteadyChecks;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/** Rules of the source that could refuse correct rows at the destination, or act on what dts-sync does. */
final class RuleChecks {

    private RuleChecks() {}

    static void lateChecks(Ends ends, Findings findings) throws SQLException {
        for (String[] found : ends.atSource(
                        """
                SELECT con.conname, CASE WHEN con.contypid = 0 THEN 'table ' || n.nspname || '.' || c.relname
                                         ELSE 'domain ' || tn.nspname || '.' || t.typname END
                FROM pg_constraint con
                LEFT JOIN pg_class c ON c.oid = con.conrelid
                LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_type t ON t.oid = con.contypid
                LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
                """ + UnsteadyChecks.JOINED + """
                WHERE con.contype = 'c' AND con.conparentid = 0 AND (con.conislocal OR con.contypid <> 0) AND unsteady.late
                  AND (con.conrelid = ANY (SELECT unnest(?::bigint[])::oid)
                       OR con.contypid <> 0 AND tn.nspname NOT IN ('pg_catalog', 'information_schema')
                          AND EXISTS (SELECT FROM pg_attribute a WHERE a.atttypid = con.contypid
                                      AND a.attrelid = ANY (SELECT unnest(?::bigint[])::oid)))
                ORDER BY 2, 1
                """, TableChecks.oids(ends), TableChecks.oids(ends))
                .list(row -> new String[] {row.getString(1), row.getString(2)})) {
            findings.warn(
                    found[1].substring(found[1].indexOf(' ') + 1),
                    "Check " + found[0] + " of " + found[1]
                            + " depends on the time, on settings or on other tables, so rows that arrive later could break it: it is"
                            + " added by the switchover, and validated then if it is valid at the source.",
                    "Nothing; if rows break it then, it stays NOT VALID, and dts-sync structure list names it.");
        }
        findings.passIfNothingFound("checks", "Every check of the selected tables depends on its row alone.");
    }

    /**
     * What dts-sync's sessions can do about event triggers depends on the account. A login trigger fires before a session can do anything,
     * unless the account has the setting for it.
     */
    static void eventTriggers(Ends ends, Findings findings) throws SQLException {
        String account = Identifiers.quote(ends.task().source().database().user());
        boolean hasSetting = ends.atSource("SELECT current_setting('event_triggers', true) IS NOT NULL")
                .yes();
        boolean off = ends.atSource("""
                SELECT EXISTS (
                    SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole AND r.rolname = current_user
                    CROSS JOIN unnest(s.setconfig) c
                    WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
                      AND c = 'event_triggers=off')
                """).yes();
        boolean grantable = ends.atSource("SELECT current_setting('server_version_num')::int >= 150000")
                .yes();
        boolean may = ends.atSource(
                        grantable
                                ? "SELECT has_parameter_privilege('session_replication_role', 'SET')"
                                : "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                .yes();
        Advice remedy = hasSetting
                ? Advice.sql(Place.SOURCE, "ALTER ROLE " + account + " SET event_triggers = off;")
                        .and("as a superuser, at the source, and at the destination before the switchover")
                : Advice.text(
                        Place.SOURCE,
                        "GRANT SET ON PARAMETER session_replication_role TO " + account
                                + "; -- as a superuser, from PostgreSQL 15 on; or disable it while the task prepares");
        for (String[] found : ends.atSource("""
                SELECT t.evtname, t.evtevent FROM pg_event_trigger t
                WHERE t.evtenabled <> 'D' AND left(t.evtname, 10) <> '!dts_sync_'
                  AND NOT EXISTS (SELECT FROM pg_depend d
                                  WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = t.oid AND d.deptype = 'e')
                ORDER BY t.evtname COLLATE "C"
                """).list(row -> new String[] {row.getString(1), row.getString(2)})) {
            boolean login = found[1].equals("login");
            String acts = "";
            if (login && !off) {
                acts = may
                        ? " At the source it also fires for the first login of each dts-sync process."
                        : " At the source it also fires for every login of dts-sync.";
            } else if (!login && !off && !may) {
                acts = " At the source it also fires for what dts-sync does there.";
            }
            findings.warn(
                    found[0],
                    "Event trigger " + found[0] + " (" + found[1]
                            + ") is created disabled at the destination and enabled by the switchover." + acts,
                    acts.isEmpty() ? Advice.text("Nothing.") : remedy);
        }
        findings.passIfNothingFound("event triggers", "No event trigger is active at the source.");
    }

    /** Such an expression is evaluated by sessions whose search path holds no schema of the user's, as in every restore. */
    static void searchPath(Ends ends, Findings findings) throws SQLException {
        for (String[] found : ends.atSource("""
                SELECT DISTINCT f.oid::regprocedure::text, quote_ident(f.nspname), f.mentioned
                FROM (
                    SELECT d.refobjid, x.adrelid AS relation FROM pg_depend d
                    JOIN pg_attrdef x ON d.classid = 'pg_attrdef'::regclass AND x.oid = d.objid
                    JOIN pg_attribute a ON a.attrelid = x.adrelid AND a.attnum = x.adnum AND a.attgenerated <> ''
                    WHERE d.refclassid = 'pg_proc'::regclass
                    UNION ALL
                    SELECT d.refobjid, d.objid FROM pg_depend d
                    JOIN pg_attribute a ON a.attrelid = d.objid AND a.attnum = d.objsubid AND a.attgenerated <> ''
                    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_proc'::regclass
                    UNION ALL
                    SELECT d.refobjid, i.indrelid FROM pg_depend d
                    JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
                    WHERE d.refclassid = 'pg_proc'::regclass
                    UNION ALL
                    SELECT d.refobjid, c.conrelid FROM pg_depend d
                    JOIN pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid AND c.contype = 'c'
                    WHERE d.refclassid = 'pg_proc'::regclass
                ) used
                JOIN unnest(?::bigint[]) t ON t::oid = used.relation
                JOIN LATERAL (
                    SELECT p.oid, n.nspname, m.name AS mentioned
                    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                    CROSS JOIN LATERAL (
                        SELECT min(o.name) AS name
                        FROM (SELECT g.proname::text AS name FROM pg_proc g
                              WHERE g.oid >= 16384 AND g.oid <> p.oid
                                AND NOT EXISTS (
                                    SELECT FROM pg_proc b WHERE b.proname = g.proname AND b.pronamespace = 'pg_catalog'::regnamespace
                                      AND (b.proargtypes = g.proargtypes OR EXISTS (
                                          SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = g.oid AND e.deptype = 'e')))
                              UNION ALL
                              SELECT t.name FROM (
                                  SELECT r.relname AS name FROM pg_class r WHERE r.oid >= 16384 AND r.relkind IN ('r', 'p', 'v', 'm', 'S')
                                  UNION ALL SELECT y.typname FROM pg_type y WHERE y.oid >= 16384 AND y.typtype IN ('d', 'e')) t
                              WHERE NOT EXISTS (SELECT FROM pg_proc b WHERE b.proname = t.name AND b.pronamespace = 'pg_catalog'::regnamespace)) o
                        WHERE o.name NOT IN (SELECT k.word FROM pg_get_keywords() k WHERE k.catcode = 'R')
                          AND o.name ~ '^\\w+$' AND p.prosrc ~* ('(^|[^.\\w"])' || o.name || '\\M')
                    ) m
                    WHERE p.oid = used.refobjid AND p.oid >= 16384 AND p.prolang NOT IN (12, 13) AND p.prosqlbody IS NULL
                      AND NOT coalesce(p.proconfig::text LIKE '%search_path=%', false) AND m.name IS NOT NULL
                ) f ON true
                ORDER BY 1
                """, TableChecks.oids(ends))
                .list(row -> new String[] {row.getString(1), row.getString(2), row.getString(3)})) {
            findings.warn(
                    found[0],
                    "Function " + found[0] + ", which a generated column, index or check uses, names " + found[2]
                            + " without its schema and has no search path of its own: at the destination it will not find it,"
                            + " nor at the source after a switchover, when rows flow back.",
                    Advice.sql(
                                    Place.SOURCE,
                                    "ALTER FUNCTION " + found[0] + " SET search_path = " + found[1] + ", pg_temp;")
                            .and("at the source"));
        }
        findings.passIfNothingFound(
                "functions", "Functions of generated columns, indexes and checks find what they name.");
    }

    /** From PostgreSQL 17 on, the identity columns of a partition are those of its partitioned table. */
    static void partitionNumbers(Ends ends, Findings findings) throws SQLException {
        String version = "SELECT current_setting('server_version_num')::int";
        if (ends.atSource(version).number() < 170000
                && ends.atDestination(version).number() >= 170000) {
            for (String[] found : ends.atSource("""
                    SELECT n.nspname, c.relname, a.attname
                    FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid JOIN pg_namespace n ON n.oid = c.relnamespace
                    JOIN pg_attribute a ON a.attrelid = c.oid
                    WHERE c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity <> ''
                    ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
                    """, TableChecks.oids(ends))
                    .list(row -> new String[] {row.getString(1), row.getString(2), row.getString(3)})) {
                TableName table = new TableName(found[0], found[1]);
                findings.fail(
                        table.toString(),
                        "Partition " + table + " has an identity column of its own, " + found[2]
                                + ", which PostgreSQL 17 and later do not allow.",
                        Advice.sql(
                                        Place.SOURCE,
                                        "ALTER TABLE ONLY " + table.sql() + " ALTER COLUMN "
                                                + Identifiers.quote(found[2]) + " DROP IDENTITY;")
                                .and("rows that are inserted into the partitioned table never used it; or "
                                        + TableChecks.exclude(table)));
            }
        }
        findings.passIfNothingFound("partitions", "No partition has an identity column of its own.");
    }
}
