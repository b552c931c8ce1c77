package org.dtssync.app.structure;

/** Tables, views and sequences, as statements generated from the catalog. */
final class RelationQueries {

    /** Comments and grants of columns, and grants of its row type, of the relation c in the schema n. */
    private static final String COLUMN_EXTRAS = """
            CROSS JOIN LATERAL (
                SELECT string_agg(format(E';\\nCOMMENT ON COLUMN %I.%I.%I IS %L', n.nspname, c.relname, a.attname,
                                         col_description(c.oid, a.attnum)), '' ORDER BY a.attnum)
                           FILTER (WHERE col_description(c.oid, a.attnum) <> '') AS comments,
                       string_agg((SELECT
            """
            + GrantedBy.statements(
                    "c.relowner",
                    "format('GRANT %s (%I) ON TABLE %I.%I TO ', g.privilege_type, a.attname, n.nspname, c.relname) || "
                            + GrantedBy.GRANTEE)
            + """

                                   FROM aclexplode(a.attacl) WITH ORDINALITY
                                       AS g(grantor, grantee, privilege_type, is_grantable, place)), '' ORDER BY a.attnum) AS grants
                FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            ) extras
            CROSS JOIN LATERAL (SELECT
            """
            + DependentGrants.OF_ROW_TYPE + """
             AS grants) rows
            """;

    /** How the columns of the relation c in the schema n are stored, as changes to what a new table has. */
    private static final String COLUMN_STORAGE = """
            CROSS JOIN LATERAL (
                SELECT string_agg(
                    CASE WHEN a.attstorage <> t.typstorage OR a.attinhcount > 0 AND NOT c.relispartition AND EXISTS (
                             SELECT FROM pg_inherits i JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname
                             WHERE i.inhrelid = c.oid AND p.attstorage <> t.typstorage)
                         THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %I SET STORAGE %s', n.nspname, c.relname, a.attname,
                                     CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'm' THEN 'MAIN' WHEN 'e' THEN 'EXTERNAL'
                                          ELSE 'EXTENDED' END) ELSE '' END
                    || CASE WHEN a.attstattarget >= 0
                         THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %I SET STATISTICS %s', n.nspname, c.relname, a.attname,
                                     a.attstattarget) ELSE '' END
                    || CASE WHEN a.attoptions IS NOT NULL
                         THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %I SET (%s)', n.nspname, c.relname, a.attname,
                                     array_to_string(a.attoptions, ', ')) ELSE '' END
                    || CASE WHEN a.attinhcount > 0 AND NOT a.attislocal AND NOT c.relispartition THEN
                         CASE to_jsonb(a) ->> 'attcompression'
                              WHEN 'p' THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %I SET COMPRESSION pglz', n.nspname,
                                                   c.relname, a.attname)
                              WHEN 'l' THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %I SET COMPRESSION lz4', n.nspname,
                                                   c.relname, a.attname)
                              ELSE CASE WHEN EXISTS (
                                       SELECT FROM pg_inherits i JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname
                                       WHERE i.inhrelid = c.oid AND to_jsonb(p) ->> 'attcompression' <> '')
                                   THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %I SET COMPRESSION default', n.nspname,
                                               c.relname, a.attname) ELSE '' END END ELSE '' END,
                    '' ORDER BY a.attnum) AS statements
                FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            ) storage
            """;

    private static final String OPTIONS = """
            CROSS JOIN LATERAL (
                SELECT E'\\nWITH (' || string_agg(regexp_replace(o, '=.*', '', 'n') || ' = ' || quote_literal(substr(o, strpos(o, '=') + 1)),
                                                 ', ' ORDER BY place) || ')' AS clause
                FROM (SELECT o, place FROM unnest(c.reloptions) WITH ORDINALITY AS own(o, place) UNION ALL
                      SELECT 'toast.' || o, 1000 + place FROM pg_class t, unnest(t.reloptions) WITH ORDINALITY AS own(o, place)
                      WHERE t.oid = c.reltoastrelid) x
            ) options
            """;

    /**
     * A partition is always created separately and attached, since its columns may be in another order than its root's. Another
     * child is created that way only if INHERITS would give another order, because its columns become local by that. A typed
     * table becomes one afterwards.
     *
     * <p>The second parameter are the defaults that are set later. NOT NULL constraints have names and states of their own in PostgreSQL
     * 18 and later, also on columns of a parent; those that the rows need not satisfy come later.
     */
    static final String TABLES = """
            SELECT 'pg_class'::regclass, c.oid, 'table', format('%s.%s', n.nspname, c.relname), n.nspname, c.relname,
                   parents.schema, parents.name,
                   format('CREATE %sTABLE %I.%I (', CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED ' ELSE '' END, n.nspname, c.relname)
                   || concat_ws(',', columns.definitions, columns.rules) || E'\\n)'
                   || CASE WHEN shape.whole THEN '' ELSE coalesce(E'\\nINHERITS (' || parents.names || ')', '') END
                   || CASE WHEN c.relkind = 'p' THEN E'\\nPARTITION BY ' || pg_get_partkeydef(c.oid) ELSE '' END
                   || coalesce((SELECT E'\\nUSING ' || quote_ident(am.amname) FROM pg_am am
                                WHERE am.oid = c.relam AND am.amname <> 'heap'), '')
                   || coalesce(options.clause, '')
                   || CASE WHEN shape.whole THEN coalesce(parents.statements, '') ELSE coalesce(columns.changes, '') END
                   || CASE WHEN c.reloftype <> 0 THEN format(E';\\nALTER TABLE ONLY %I.%I OF %s', n.nspname, c.relname,
                                                             format_type(c.reloftype, NULL)) ELSE '' END
                   || coalesce(storage.statements, ''),
                   format('TABLE %I.%I', n.nspname, c.relname), c.relowner, c.relacl, 'r'::"char", extras.comments,
                   concat(extras.grants, rows.grants)
            FROM (SELECT ?::bigint[]::oid[] AS tables, ?::bigint[]::oid[] AS apart) AS wanted
            JOIN pg_class c ON c.oid = ANY (wanted.tables)
            JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (
                SELECT string_agg(format('%I.%I', pn.nspname, p.relname), ', ' ORDER BY i.inhseqno) AS names,
                       string_agg(CASE WHEN c.relispartition
                           THEN format(E';\\nALTER TABLE ONLY %I.%I ATTACH PARTITION %I.%I %s', pn.nspname, p.relname,
                                       n.nspname, c.relname, pg_get_expr(c.relpartbound, c.oid))
                           ELSE format(E';\\nALTER TABLE ONLY %I.%I INHERIT %I.%I', n.nspname, c.relname, pn.nspname, p.relname) END,
                           '' ORDER BY i.inhseqno) AS statements,
                       min(pn.nspname) FILTER (WHERE c.relispartition) AS schema,
                       min(p.relname) FILTER (WHERE c.relispartition) AS name
                FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
                WHERE i.inhrelid = c.oid
            ) parents
            CROSS JOIN LATERAL (
                SELECT c.relispartition OR parents.names IS NOT NULL
                       AND array_agg(attnum ORDER BY attnum) <> array_agg(attnum ORDER BY place, attnum) AS whole
                FROM (SELECT a.attnum, (SELECT min(i.inhseqno * 10000 + p.attnum) FROM pg_inherits i
                          JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attname = a.attname AND NOT p.attisdropped
                          WHERE i.inhrelid = a.attrelid) AS place
                      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) places
            ) shape
            CROSS JOIN LATERAL (
                SELECT string_agg(E'\\n\\t' || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                           || CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN ' COMPRESSION pglz' WHEN 'l' THEN ' COMPRESSION lz4'
                                   ELSE '' END
                           || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
                           || CASE WHEN d.expression IS NULL THEN ''
                                   WHEN a.attgenerated = 's' THEN ' GENERATED ALWAYS AS (' || d.expression || ') STORED'
                                   WHEN a.attgenerated = 'v' THEN ' GENERATED ALWAYS AS (' || d.expression || ')'
                                   ELSE ' DEFAULT ' || d.expression END
                           || coalesce(identity.clause, '')
                           -- INHERITS brings the parent's rule along.
                           || CASE WHEN shape.whole OR parents.names IS NULL OR required.own THEN required.clause ELSE '' END,
                           ',' ORDER BY a.attnum)
                           FILTER (WHERE shape.whole OR a.attislocal OR parents.names IS NULL) AS definitions,
                       string_agg(E'\\n\\tCONSTRAINT ' || quote_ident(required.name) || ' NOT NULL ' || quote_ident(a.attname), ','
                           ORDER BY a.attnum)
                           FILTER (WHERE NOT shape.whole AND NOT a.attislocal AND parents.names IS NOT NULL AND required.clause <> ''
                                   AND required.own AND required.name IS NOT NULL) AS rules,
                       string_agg(
                           CASE WHEN a.attgenerated <> '' THEN ''
                                WHEN d.expression IS NOT NULL
                                THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %I SET DEFAULT %s', n.nspname, c.relname, a.attname,
                                            d.expression)
                                WHEN EXISTS (SELECT FROM pg_inherits i JOIN pg_attribute p ON p.attrelid = i.inhparent
                                             AND p.attname = a.attname AND p.atthasdef AND p.attgenerated = ''
                                             WHERE i.inhrelid = c.oid)
                                THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %I DROP DEFAULT', n.nspname, c.relname, a.attname)
                                ELSE '' END
                           || CASE WHEN required.clause <> '' AND required.own AND NOT a.attislocal AND required.name IS NULL
                                THEN format(E';\\nALTER TABLE ONLY %I.%I ALTER COLUMN %I SET NOT NULL', n.nspname, c.relname, a.attname)
                                ELSE '' END,
                           '' ORDER BY a.attnum) FILTER (WHERE a.attinhcount > 0) AS changes
                FROM pg_attribute a
                JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN LATERAL (
                    SELECT pg_get_expr(x.adbin, x.adrelid) AS expression FROM pg_attrdef x
                    WHERE x.adrelid = c.oid AND x.adnum = a.attnum AND x.oid <> ALL (wanted.apart)
                ) d ON true
                LEFT JOIN LATERAL (
                    SELECT format(' GENERATED %s AS IDENTITY (SEQUENCE NAME %I.%I%s START WITH %s INCREMENT BY %s MINVALUE %s'
                                  || ' MAXVALUE %s CACHE %s%s)', CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
                                  sn.nspname, s.relname,
                                  CASE WHEN s.relpersistence <> c.relpersistence
                                       THEN CASE s.relpersistence WHEN 'u' THEN ' UNLOGGED' ELSE ' LOGGED' END ELSE '' END,
                                  q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache,
                                  CASE WHEN q.seqcycle THEN ' CYCLE' ELSE '' END) AS clause
                    FROM pg_depend x
                    JOIN pg_class s ON s.oid = x.objid AND s.relkind = 'S'
                    JOIN pg_namespace sn ON sn.oid = s.relnamespace
                    JOIN pg_sequence q ON q.seqrelid = s.oid
                    WHERE a.attidentity <> '' AND x.classid = 'pg_class'::regclass AND x.refclassid = 'pg_class'::regclass
                      AND x.refobjid = c.oid AND x.refobjsubid = a.attnum AND x.deptype = 'i'
                ) identity ON true
                CROSS JOIN LATERAL (
                    SELECT CASE WHEN NOT a.attnotnull THEN ''
                                WHEN bool_and(NOT o.convalidated OR NOT o.conislocal AND EXISTS (
                                    SELECT FROM pg_inherits i JOIN pg_constraint p ON p.conrelid = i.inhparent
                                    WHERE i.inhrelid = c.oid AND p.contype = 'n' AND p.conname = o.conname AND NOT p.convalidated)) THEN ''
                                ELSE coalesce(' CONSTRAINT ' || quote_ident(min(o.conname)), '') || ' NOT NULL'
                                     || CASE WHEN bool_or(o.connoinherit) THEN ' NO INHERIT' ELSE '' END END AS clause,
                           coalesce(bool_or(o.conislocal), NOT EXISTS (
                               SELECT FROM pg_inherits i JOIN pg_attribute p ON p.attrelid = i.inhparent
                               AND p.attname = a.attname AND p.attnotnull WHERE i.inhrelid = c.oid)) AS own,
                           min(o.conname) AS name
                    FROM pg_constraint o WHERE o.conrelid = c.oid AND o.contype = 'n' AND o.conkey = ARRAY[a.attnum]
                ) required
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            ) columns
            """ + OPTIONS + COLUMN_STORAGE + COLUMN_EXTRAS + """
            ORDER BY n.nspname, c.relname
            """;

    /** Defaults that need what can be created only after the table, or in a circle with it. */
    static final String DEFAULTS = """
            SELECT 'pg_attrdef'::regclass::oid::bigint, d.oid::bigint, 'default', format('%s.%s.%s', n.nspname, c.relname, a.attname),
                   'pre-data', n.nspname, c.relname, NULL, NULL,
                   format('ALTER TABLE ONLY %I.%I ALTER COLUMN %I SET DEFAULT %s', n.nspname, c.relname, a.attname,
                          pg_get_expr(d.adbin, d.adrelid))
            FROM pg_attrdef d
            JOIN pg_class c ON c.oid = d.adrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE d.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.relname, a.attname
            """;

    static final String VIEWS = """
            SELECT 'pg_class'::regclass, c.oid, 'view', format('%s.%s', n.nspname, c.relname), NULL, NULL, NULL, NULL,
                   format('CREATE VIEW %I.%I', n.nspname, c.relname) || coalesce(options.clause, '')
                   || E' AS\\n' || rtrim(pg_get_viewdef(c.oid), ';')
                   || coalesce((SELECT string_agg(format(E';\\nALTER VIEW %I.%I ALTER COLUMN %I SET DEFAULT %s', n.nspname, c.relname,
                                                         a.attname, pg_get_expr(d.adbin, d.adrelid)), '' ORDER BY a.attnum)
                                FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                                WHERE d.adrelid = c.oid), ''),
                   format('VIEW %I.%I', n.nspname, c.relname), c.relowner, c.relacl, 'r'::"char", extras.comments,
                   concat(extras.grants, rows.grants)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            """ + OPTIONS + COLUMN_EXTRAS + """
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid) AND c.relkind = 'v'
            ORDER BY n.nspname, c.relname
            """;

    /** A view with the same columns, until what it reads exists. */
    static final String VIEW_PLACEHOLDERS = """
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint, 'placeholder', format('%s.%s', n.nspname, c.relname), 'pre-data',
                   NULL, NULL, NULL, NULL,
                   format('CREATE VIEW %I.%I AS SELECT', n.nspname, c.relname)
                   || coalesce((SELECT string_agg(E'\\n\\tNULL::' || format_type(a.atttypid, a.atttypmod)
                           || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
                           || ' AS ' || quote_ident(a.attname), ',' ORDER BY a.attnum)
                       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.relname
            """;

    /** Filled when the task is finished loading. */
    static final String MATERIALIZED_VIEWS = """
            SELECT 'pg_class'::regclass, c.oid, 'materialized-view', format('%s.%s', n.nspname, c.relname), NULL, NULL, NULL, NULL,
                   format('CREATE MATERIALIZED VIEW %I.%I', n.nspname, c.relname)
                   || coalesce((SELECT E'\\nUSING ' || quote_ident(am.amname) FROM pg_am am
                                WHERE am.oid = c.relam AND am.amname <> 'heap'), '')
                   || coalesce(options.clause, '') || E' AS\\n' || rtrim(pg_get_viewdef(c.oid), ';') || E'\\nWITH NO DATA'
                   || coalesce(replace(storage.statements, 'ALTER TABLE ONLY', 'ALTER MATERIALIZED VIEW'), ''),
                   format('MATERIALIZED VIEW %I.%I', n.nspname, c.relname), c.relowner, c.relacl, 'r'::"char", extras.comments,
                   concat(extras.grants, rows.grants)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            """ + OPTIONS + COLUMN_STORAGE + COLUMN_EXTRAS + """
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid) AND c.relkind = 'm'
            ORDER BY n.nspname, c.relname
            """;

    static final String SEQUENCES = """
            SELECT 'pg_class'::regclass, c.oid, 'sequence', format('%s.%s', n.nspname, c.relname), NULL, NULL, NULL, NULL,
                   format(E'CREATE %sSEQUENCE %I.%I AS %s\\n\\tSTART WITH %s\\n\\tINCREMENT BY %s\\n\\tMINVALUE %s\\n\\tMAXVALUE %s\\n\\tCACHE %s%s',
                          CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED ' ELSE '' END, n.nspname, c.relname,
                          format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
                          CASE WHEN s.seqcycle THEN E'\\n\\tCYCLE' ELSE '' END),
                   format('SEQUENCE %I.%I', n.nspname, c.relname), c.relowner, c.relacl, 's'::"char", NULL, NULL
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.relname
            """;

    private RelationQueries() {}
}
