package org.dtssync.app.structure;

import org.dtssync.app.catalog.UnsteadyChecks;

/** Types, domains and collations, as statements generated from the catalog. */
final class TypeQueries {

    /**
     * The name of a multirange is left out where PostgreSQL cut a long name of its range after 52 bytes to make it: the cut may go through a
     * character, and no statement can contain what is left of it. The destination makes the same name again. (makeMultirangeTypeName in
     * multirangetypes.c)
     */
    static final String TYPES = """
            SELECT 'pg_type'::regclass, t.oid, 'type', format('%s.%s', n.nspname, t.typname), NULL, NULL, NULL, NULL,
                   CASE WHEN t.typtype = 'e' THEN
                       format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
                           (SELECT string_agg(E'\\n\\t' || quote_literal(enumlabel), ',' ORDER BY enumsortorder) FROM pg_enum
                            WHERE enumtypid = t.oid))
                   WHEN t.typtype = 'c' THEN
                       format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,
                           (SELECT string_agg(format(E'\\n\\t%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                                CASE WHEN a.attcollation <> b.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END),
                                ',' ORDER BY a.attnum)
                            FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid
                            WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
                   WHEN t.typtype = 'r' THEN
                       (SELECT format(E'CREATE TYPE %I.%I AS RANGE (\\n\\t%s\\n)', n.nspname, t.typname, concat_ws(E',\\n\\t',
                            'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
                            CASE WHEN octet_length(t.typname::text) <= 52
                                      OR (SELECT namesend(m.typname) <> substring(namesend(t.typname), 1, 52) || '_multirange'
                                          FROM pg_type m WHERE m.oid = r.rngmultitypid)
                                 THEN 'MULTIRANGE_TYPE_NAME = ' || format_type(r.rngmultitypid, NULL) END,
                            CASE WHEN NOT oc.opcdefault THEN 'SUBTYPE_OPCLASS = ' || format('%I.%I', ocn.nspname, oc.opcname) END,
                            CASE WHEN r.rngcollation <> b.typcollation THEN 'COLLATION = ' || r.rngcollation::regcollation END,
                            CASE WHEN r.rngcanonical <> 0 THEN 'CANONICAL = ' || r.rngcanonical::regproc END,
                            CASE WHEN r.rngsubdiff <> 0 THEN 'SUBTYPE_DIFF = ' || r.rngsubdiff::regproc END))
                        FROM pg_range r JOIN pg_type b ON b.oid = r.rngsubtype
                        JOIN pg_opclass oc ON oc.oid = r.rngsubopc JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
                        WHERE r.rngtypid = t.oid)
                   WHEN t.typtype = 'p' THEN format('CREATE TYPE %I.%I', n.nspname, t.typname)
                   ELSE
                       format(E'CREATE TYPE %I.%I (\\n\\t%s\\n)', n.nspname, t.typname, concat_ws(E',\\n\\t',
                           'INPUT = ' || t.typinput, 'OUTPUT = ' || t.typoutput,
                           CASE WHEN t.typreceive <> 0 THEN 'RECEIVE = ' || t.typreceive END,
                           CASE WHEN t.typsend <> 0 THEN 'SEND = ' || t.typsend END,
                           CASE WHEN t.typmodin <> 0 THEN 'TYPMOD_IN = ' || t.typmodin END,
                           CASE WHEN t.typmodout <> 0 THEN 'TYPMOD_OUT = ' || t.typmodout END,
                           CASE WHEN t.typanalyze <> 0 THEN 'ANALYZE = ' || t.typanalyze END,
                           CASE WHEN coalesce(trim('"' FROM to_jsonb(t) ->> 'typsubscript'), '-') NOT IN ('-', '0', 'raw_array_subscript_handler')
                                THEN 'SUBSCRIPT = ' || (to_jsonb(t) ->> 'typsubscript') END,
                           'INTERNALLENGTH = ' || CASE t.typlen WHEN -1 THEN 'VARIABLE' ELSE t.typlen::text END,
                           CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END,
                           'ALIGNMENT = ' || CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' ELSE 'double' END,
                           'STORAGE = ' || CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main'
                                                ELSE 'extended' END,
                           CASE WHEN t.typcategory <> 'U' THEN 'CATEGORY = ' || quote_literal(t.typcategory::text) END,
                           CASE WHEN t.typispreferred THEN 'PREFERRED = true' END,
                           CASE WHEN t.typdefault IS NOT NULL THEN 'DEFAULT = ' || quote_literal(t.typdefault) END,
                           CASE WHEN t.typelem <> 0 THEN 'ELEMENT = ' || format_type(t.typelem, NULL) END,
                           CASE WHEN t.typdelim <> ',' THEN 'DELIMITER = ' || quote_literal(t.typdelim::text) END,
                           CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE = true' END))
                   END,
                   format('TYPE %I.%I', n.nspname, t.typname), t.typowner, t.typacl, 'T'::"char",
                   (SELECT string_agg(format(E';\\nCOMMENT ON COLUMN %I.%I.%I IS %L', n.nspname, t.typname, a.attname, d.description), ''
                                      ORDER BY a.attnum)
                    FROM pg_attribute a JOIN pg_description d ON d.objoid = a.attrelid AND d.objsubid = a.attnum
                        AND d.classoid = 'pg_class'::regclass
                    WHERE a.attrelid = t.typrelid AND a.attnum > 0),
            """ + DependentGrants.OF_TYPE + """
            FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE t.oid IN (SELECT unnest(?::bigint[])::oid) AND t.typtype <> 'd'
            ORDER BY n.nspname, t.typname
            """;

    /** Its functions are declared with the type, and the type with its functions. */
    static final String SHELLS = """
            SELECT 'pg_type'::regclass::oid::bigint, t.oid::bigint, 'placeholder', format('%s.%s', n.nspname, t.typname), 'pre-data',
                   NULL, NULL, NULL, NULL, format('CREATE TYPE %I.%I', n.nspname, t.typname)
            FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE t.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY 4
            """;

    /** Constraints that others need, or that values of the source may break, are separate: the second parameter. */
    static final String DOMAINS = """
            SELECT 'pg_type'::regclass, t.oid, 'domain', format('%s.%s', n.nspname, t.typname), NULL, NULL, NULL, NULL,
                   format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod))
                   || CASE WHEN t.typcollation <> b.typcollation THEN ' COLLATE ' || t.typcollation::regcollation ELSE '' END
                   || CASE WHEN t.typdefaultbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0)
                           ELSE coalesce(' DEFAULT ' || quote_literal(t.typdefault), '') END
                   || CASE WHEN t.typnotnull THEN coalesce((SELECT format(' CONSTRAINT %I', c.conname) FROM pg_constraint c
                              WHERE c.contypid = t.oid AND c.contype = 'n' AND c.conname <> t.typname || '_not_null'), '')
                              || ' NOT NULL' ELSE '' END
                   || coalesce(r.constraints, ''),
                   format('DOMAIN %I.%I', n.nspname, t.typname), t.typowner, t.typacl, 'T'::"char", r.comments, NULL
            FROM (SELECT ?::bigint[]::oid[] AS domains, ?::bigint[]::oid[] AS apart) AS wanted
            JOIN pg_type t ON t.oid = ANY (wanted.domains)
            JOIN pg_namespace n ON n.oid = t.typnamespace
            JOIN pg_type b ON b.oid = t.typbasetype
            CROSS JOIN LATERAL (
                SELECT string_agg(format(E'\\n\\tCONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid)), '' ORDER BY c.conname)
                           FILTER (WHERE c.contype = 'c') AS constraints,
                       string_agg(format(E';\\nCOMMENT ON CONSTRAINT %I ON DOMAIN %I.%I IS %L', c.conname, n.nspname, t.typname,
                                         obj_description(c.oid, 'pg_constraint')), '' ORDER BY c.conname)
                           FILTER (WHERE obj_description(c.oid, 'pg_constraint') <> '') AS comments
                FROM pg_constraint c WHERE c.contypid = t.oid AND c.oid <> ALL (wanted.apart)
            ) r
            ORDER BY n.nspname, t.typname
            """;

    static final String DOMAIN_CONSTRAINTS = """
            SELECT 'pg_constraint'::regclass::oid::bigint, con.oid::bigint,
                   CASE WHEN unsteady.late THEN 'late-domain-constraint' ELSE 'domain-constraint' END,
                   format('%s.%s.%s', n.nspname, t.typname, con.conname),
                   CASE WHEN con.convalidated AND NOT unsteady.late THEN 'pre-data' ELSE 'post-data' END, NULL, NULL, NULL, NULL,
                   format('ALTER DOMAIN %I.%I ADD CONSTRAINT %I %s', n.nspname, t.typname, con.conname, pg_get_constraintdef(con.oid))
                   || CASE WHEN unsteady.late AND con.convalidated THEN ' NOT VALID' ELSE '' END
                   || coalesce(format(E';\\nCOMMENT ON CONSTRAINT %I ON DOMAIN %I.%I IS ', con.conname, n.nspname, t.typname)
                               || quote_literal(obj_description(con.oid, 'pg_constraint')), '')
                   || CASE WHEN unsteady.late
                           THEN
            """
            + Withdrawal.sql(
                    "format('ALTER DOMAIN %I.%I DROP CONSTRAINT IF EXISTS %I', n.nspname, t.typname, con.conname)")
            + """
             ELSE '' END
            FROM pg_constraint con JOIN pg_type t ON t.oid = con.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
            """ + UnsteadyChecks.JOINED + """
            WHERE con.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, t.typname, con.conname
            """;

    static final String DOMAIN_VALIDATIONS = """
            SELECT 'pg_constraint'::regclass::oid::bigint, con.oid::bigint, 'late-validation',
                   format('%s.%s.%s', n.nspname, t.typname, con.conname), 'post-data', NULL, NULL, NULL, NULL,
                   format('ALTER DOMAIN %I.%I VALIDATE CONSTRAINT %I', n.nspname, t.typname, con.conname)
            FROM pg_constraint con JOIN pg_type t ON t.oid = con.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
            """ + UnsteadyChecks.JOINED + """
            WHERE con.oid IN (SELECT unnest(?::bigint[])::oid) AND con.convalidated AND unsteady.late
            ORDER BY n.nspname, t.typname, con.conname
            """;

    /** PostgreSQL 15 to 17 each renamed the column of the locale. The version is the destination's own. */
    static final String COLLATIONS = """
            SELECT 'pg_collation'::regclass, c.oid, 'collation', format('%s.%s', n.nspname, c.collname), NULL, NULL, NULL, NULL,
                   format('CREATE COLLATION %I.%I (%s)', n.nspname, c.collname, concat_ws(', ',
                       'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
                       CASE WHEN c.collprovider = 'c' AND c.collcollate <> c.collctype
                            THEN format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype)
                            ELSE format('locale = %L', coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale',
                                                                c.collcollate)) END,
                       'rules = ' || quote_literal(to_jsonb(c) ->> 'collicurules'),
                       CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END)),
                   format('COLLATION %I.%I', n.nspname, c.collname), c.collowner, NULL, NULL, NULL, NULL
            FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.collname
            """;

    private TypeQueries() {}
}
