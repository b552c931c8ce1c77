package org.dtssync.app.structure;

/** Languages, access methods, conversions and transforms, as statements generated from the catalog. */
final class LanguageQueries {

    static final String LANGUAGES = """
            SELECT 'pg_language'::regclass, l.oid, 'language', l.lanname, NULL, NULL, NULL, NULL,
                   format('CREATE %sLANGUAGE %I HANDLER %s', CASE WHEN l.lanpltrusted THEN 'TRUSTED ' ELSE '' END, l.lanname,
                          l.lanplcallfoid::regproc)
                   || CASE WHEN l.laninline <> 0 THEN ' INLINE ' || l.laninline::regproc ELSE '' END
                   || CASE WHEN l.lanvalidator <> 0 THEN ' VALIDATOR ' || l.lanvalidator::regproc ELSE '' END,
                   format('LANGUAGE %I', l.lanname), l.lanowner, l.lanacl, 'l'::"char", NULL, NULL
            FROM pg_language l
            WHERE l.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY l.lanname
            """;

    static final String ACCESS_METHODS = """
            SELECT 'pg_am'::regclass, a.oid, 'access-method', a.amname, NULL, NULL, NULL, NULL,
                   format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', a.amname,
                          CASE a.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, a.amhandler),
                   format('ACCESS METHOD %I', a.amname), NULL::oid, NULL, NULL, NULL, NULL
            FROM pg_am a
            WHERE a.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY a.amname
            """;

    static final String CONVERSIONS = """
            SELECT 'pg_conversion'::regclass, c.oid, 'conversion', format('%s.%s', n.nspname, c.conname), NULL, NULL, NULL, NULL,
                   format('CREATE %sCONVERSION %I.%I FOR %L TO %L FROM %s', CASE WHEN c.condefault THEN 'DEFAULT ' ELSE '' END,
                          n.nspname, c.conname, pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc),
                   format('CONVERSION %I.%I', n.nspname, c.conname), c.conowner, NULL, NULL, NULL, NULL
            FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.conname
            """;

    static final String TRANSFORMS = """
            SELECT 'pg_transform'::regclass, t.oid, 'transform', '',
                   NULL, NULL, NULL, NULL,
                   format('CREATE TRANSFORM FOR %s LANGUAGE %I (', format_type(t.trftype, NULL), l.lanname)
                   || concat_ws(', ', CASE WHEN t.trffromsql <> 0 THEN 'FROM SQL WITH FUNCTION ' || t.trffromsql::regprocedure END,
                                CASE WHEN t.trftosql <> 0 THEN 'TO SQL WITH FUNCTION ' || t.trftosql::regprocedure END) || ')',
                   format('TRANSFORM FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname), NULL::oid, NULL, NULL, NULL, NULL
            FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
            WHERE t.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY l.lanname, format_type(t.trftype, NULL)
            """;

    private LanguageQueries() {}
}
