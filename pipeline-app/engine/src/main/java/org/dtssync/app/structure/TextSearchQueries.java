package org.dtssync.app.structure;

/** Text search objects, as statements generated from the catalog. */
final class TextSearchQueries {

    static final String PARSERS = """
            SELECT 'pg_ts_parser'::regclass, p.oid, 'text-search-parser', format('%s.%s', n.nspname, p.prsname), NULL, NULL, NULL, NULL,
                   format('CREATE TEXT SEARCH PARSER %I.%I (START = %s, GETTOKEN = %s, END = %s, LEXTYPES = %s%s)', n.nspname, p.prsname,
                          p.prsstart, p.prstoken, p.prsend, p.prslextype,
                          CASE WHEN p.prsheadline <> 0 THEN ', HEADLINE = ' || p.prsheadline ELSE '' END),
                   format('TEXT SEARCH PARSER %I.%I', n.nspname, p.prsname), NULL::oid, NULL, NULL, NULL, NULL
            FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
            WHERE p.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, p.prsname
            """;

    static final String TEMPLATES = """
            SELECT 'pg_ts_template'::regclass, t.oid, 'text-search-template', format('%s.%s', n.nspname, t.tmplname), NULL, NULL, NULL,
                   NULL,
                   format('CREATE TEXT SEARCH TEMPLATE %I.%I (%sLEXIZE = %s)', n.nspname, t.tmplname,
                          CASE WHEN t.tmplinit <> 0 THEN format('INIT = %s, ', t.tmplinit) ELSE '' END, t.tmpllexize),
                   format('TEXT SEARCH TEMPLATE %I.%I', n.nspname, t.tmplname), NULL::oid, NULL, NULL, NULL, NULL
            FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
            WHERE t.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, t.tmplname
            """;

    static final String DICTIONARIES = """
            SELECT 'pg_ts_dict'::regclass, d.oid, 'text-search-dictionary', format('%s.%s', n.nspname, d.dictname), NULL, NULL, NULL,
                   NULL,
                   format('CREATE TEXT SEARCH DICTIONARY %I.%I (TEMPLATE = %I.%I%s)', n.nspname, d.dictname, tn.nspname, t.tmplname,
                          coalesce(', ' || d.dictinitoption, '')),
                   format('TEXT SEARCH DICTIONARY %I.%I', n.nspname, d.dictname), d.dictowner, NULL, NULL, NULL, NULL
            FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
            JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
            WHERE d.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, d.dictname
            """;

    static final String CONFIGURATIONS = """
            SELECT 'pg_ts_config'::regclass, c.oid, 'text-search-configuration', format('%s.%s', n.nspname, c.cfgname), NULL, NULL, NULL,
                   NULL,
                   format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %I.%I)', n.nspname, c.cfgname, pn.nspname, p.prsname)
                   || coalesce((SELECT string_agg(format(E';\\nALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s',
                                                         n.nspname, c.cfgname, m.alias, m.dictionaries), '' ORDER BY m.alias)
                       FROM (SELECT k.alias, string_agg(format('%I.%I', dn.nspname, d.dictname), ', ' ORDER BY x.mapseqno)
                                 AS dictionaries
                             FROM pg_ts_config_map x
                             JOIN ts_token_type(c.cfgparser) k ON k.tokid = x.maptokentype
                             JOIN pg_ts_dict d ON d.oid = x.mapdict JOIN pg_namespace dn ON dn.oid = d.dictnamespace
                             WHERE x.mapcfg = c.oid GROUP BY k.alias) m), ''),
                   format('TEXT SEARCH CONFIGURATION %I.%I', n.nspname, c.cfgname), c.cfgowner, NULL, NULL, NULL, NULL
            FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
            JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace pn ON pn.oid = p.prsnamespace
            WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
            ORDER BY n.nspname, c.cfgname
            """;

    private TextSearchQueries() {}
}
