package org.dtssync.app.precheck;

import java.sql.SQLException;

/** What the source has that belongs to no table and is not carried: each kind is said, with the names. */
final class NotCarriedChecks {

    private static final int FIRST_USER_OBJECT = 16_384;

    private NotCarriedChecks() {}

    /** Kind, how many, and the first few names. Those of extensions come with the extension. */
    private static final String FOUND = """
            WITH own AS (
                SELECT 1 AS sort, 'foreign server' AS kind, srvname::text AS name, 'pg_foreign_server'::regclass AS class, oid
                FROM pg_foreign_server
                UNION ALL
                SELECT 2, 'foreign-data wrapper', fdwname, 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
                UNION ALL
                SELECT 3, 'user mapping', srvname || ' for ' || usename, 0::regclass, umid FROM pg_user_mappings
                UNION ALL
                SELECT 4, 'publication', pubname, 'pg_publication'::regclass, oid FROM pg_publication
                WHERE pubname NOT LIKE 'dts@_sync@_%%' ESCAPE '@'
                UNION ALL
                SELECT 5, 'setting of the database',
                       coalesce(pg_get_userbyid(nullif(s.setrole, 0)) || ': ', '') || split_part(c.setting, '=', 1), 0::regclass, 0::oid
                FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS c(setting)
                WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
                UNION ALL
                SELECT 6, 'security label', objtype || ' ' || objname, 0::regclass, 0::oid FROM pg_seclabels
                UNION ALL
                SELECT 7, 'language', lanname, 'pg_language'::regclass, oid FROM pg_language WHERE oid >= %1$d
                UNION ALL
                SELECT 8, 'conversion', conname, 'pg_conversion'::regclass, oid FROM pg_conversion WHERE oid >= %1$d
                UNION ALL
                SELECT 9, 'access method', amname, 'pg_am'::regclass, oid FROM pg_am WHERE oid >= %1$d
                UNION ALL
                SELECT 10, 'transform', format_type(trftype, NULL), 'pg_transform'::regclass, oid FROM pg_transform
            )
            SELECT kind, count(*)::int, string_agg(name, ', ' ORDER BY name COLLATE "C") FILTER (WHERE place <= 5)
            FROM (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY name COLLATE "C") AS place FROM own
                  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = own.class AND d.objid = own.oid AND d.deptype = 'e')
                 ) AS named
            GROUP BY sort, kind ORDER BY sort
            """;

    static void notCarried(Ends ends, Findings findings) throws SQLException {
        for (String[] found : ends.atSource(FOUND.formatted(FIRST_USER_OBJECT))
                .list(row -> new String[] {row.getString(1), row.getString(2), row.getString(3)})) {
            findings.warn(
                    found[0],
                    "The source has objects that are not carried, of the kind " + found[0] + " (" + found[1] + "): "
                            + found[2] + (Integer.parseInt(found[1]) > 5 ? " and more" : "") + ".",
                    "Make what is needed of them at the destination yourself.");
        }
        findings.passIfNothingFound(
                "objects", "The source has no servers, publications, settings or labels of its own.");
    }
}
