package org.dtssync.app.inventory;

import static org.dtssync.app.inventory.InventoryQuery.objects;

import java.util.List;

/** Types, functions, operators and what else has a schema, but no table. */
final class SchemaObjectQueries {

    private static final InventoryQuery SCHEMAS = objects("""
            SELECT 'schema' AS kind, @id(pg_namespace, n), n.nspname AS schema, @key(pg_namespace, n),
                   ARRAY['schema:' || n.nspname] AS names, ARRAY['CREATE SCHEMA ' || n.nspname] AS clauses,
                   ARRAY['SCHEMA ' || n.nspname] AS targets
            FROM pg_namespace n WHERE @user(n) AND @own(pg_namespace, n)
            """);

    /** Arrays, multiranges and row types come with what they belong to. */
    private static final InventoryQuery TYPES = objects("""
            SELECT CASE WHEN NOT t.typisdefined THEN 'shell type' WHEN t.typtype = 'd' THEN 'domain' WHEN t.typtype = 'e' THEN 'enum type'
                        WHEN t.typtype = 'r' THEN 'range type' WHEN t.typtype = 'c' THEN 'composite type' ELSE 'base type' END AS kind,
                   @id(pg_type, t), n.nspname AS schema, t.typname AS name, @key(pg_type, t),
                   ARRAY[CASE WHEN t.typtype = 'd' THEN 'domain:' ELSE 'type:' END || n.nspname || '.' || t.typname] AS names,
                   ARRAY[CASE WHEN t.typtype = 'd' THEN 'DOMAIN ' ELSE 'TYPE ' END || n.nspname || '.' || t.typname] AS targets
            FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            LEFT JOIN pg_class c ON c.oid = t.typrelid
            WHERE @user(n) AND @own(pg_type, t) AND t.typtype <> 'm' AND (c.oid IS NULL OR c.relkind = 'c')
              AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
            """);

    /** Constructors of ranges come with their types. */
    private static final InventoryQuery FUNCTIONS = objects("""
            SELECT k.word AS kind, @id(pg_proc, p), n.nspname AS schema, p.proname AS name, @key(pg_proc, p),
                   ARRAY[k.word || ':' || n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')',
                         k.word || ':' || n.nspname || '.' || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')',
                         k.word || ':' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
                         k.word || ':' || n.nspname || '.' || p.proname || '(*)'] AS names,
                   ARRAY[upper(k.word) || ' ' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
                         upper(k.word) || ' ' || n.nspname || '.' || p.proname || '('
                         || CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN '*' ELSE oidvectortypes(p.proargtypes) END || ')'] AS targets
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            CROSS JOIN LATERAL (SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS word) k
            WHERE @user(n) AND @own(pg_proc, p)
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
            """);

    /** One without a function is made by the first operator that names it as its commutator or negator, and by no statement of its own. */
    private static final InventoryQuery OPERATORS = objects("""
            SELECT CASE WHEN o.oprcode = 0 THEN 'shell operator' ELSE 'operator' END AS kind, @id(pg_operator, o), n.nspname AS schema, o.oprname AS name, @key(pg_operator, o),
                   ARRAY['operator:' || a.signature] AS names, ARRAY['OPERATOR ' || a.signature] AS targets,
                   CASE WHEN o.oprcode = 0 THEN
                       (SELECT array_agg(@part(pg_operator, x.oid)) FROM pg_operator x WHERE o.oid IN (x.oprcom, x.oprnegate)) END AS parents,
                   o.oprcode = 0 AS implied,
                   CASE WHEN o.oprcode = 0 THEN '-- an operator that names it as commutator or negator makes it' END AS remedy
            FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
            CROSS JOIN LATERAL (
                SELECT n.nspname || '.' || o.oprname || '(' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END
                       || ', ' || CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END || ')' AS signature
            ) a
            WHERE @user(n) AND @own(pg_operator, o)
            """);

    private static final InventoryQuery OPERATOR_FAMILIES = objects("""
            SELECT 'operator family' AS kind, @id(pg_opfamily, f), n.nspname AS schema, f.opfname AS name, @key(pg_opfamily, f),
                   ARRAY[format('operator-family:%s.%s(%s)', n.nspname, f.opfname, m.amname)] AS names,
                   ARRAY[format('OPERATOR FAMILY %s.%s USING %s', n.nspname, f.opfname, m.amname)] AS targets
            FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
            WHERE @user(n) AND @own(pg_opfamily, f)
            """);

    private static final InventoryQuery OPERATOR_CLASSES = objects("""
            SELECT 'operator class' AS kind, @id(pg_opclass, c), n.nspname AS schema, c.opcname AS name, @key(pg_opclass, c),
                   ARRAY[format('operator-class:%s.%s(%s)', n.nspname, c.opcname, m.amname)] AS names,
                   ARRAY[format('OPERATOR CLASS %s.%s USING %s', n.nspname, c.opcname, m.amname)] AS targets
            FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod
            WHERE @user(n) AND @own(pg_opclass, c)
            """);

    private static final InventoryQuery COLLATIONS = objects("""
            SELECT 'collation' AS kind, @id(pg_collation, c), n.nspname AS schema, c.collname AS name, @key(pg_collation, c),
                   ARRAY['collation:' || n.nspname || '.' || c.collname] AS names,
                   ARRAY['COLLATION ' || n.nspname || '.' || c.collname] AS targets
            FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE @user(n) AND @own(pg_collation, c)
            """);

    private static final InventoryQuery CONVERSIONS = objects("""
            SELECT 'conversion' AS kind, @id(pg_conversion, c), n.nspname AS schema, c.conname AS name, @key(pg_conversion, c),
                   ARRAY['conversion:' || n.nspname || '.' || c.conname] AS names,
                   ARRAY['CONVERSION ' || n.nspname || '.' || c.conname] AS targets,
                   format('CREATE %sCONVERSION %I.%I FOR %L TO %L FROM %s;', CASE WHEN c.condefault THEN 'DEFAULT ' ELSE '' END, n.nspname,
                          c.conname, pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc) AS remedy
            FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace WHERE @user(n) AND @own(pg_conversion, c)
            """);

    private static final String TEXT_SEARCH = """
            SELECT 'text search %1$s' AS kind, @id(%2$s, t), n.nspname AS schema, t.%3$sname AS name, @key(%2$s, t),
                   ARRAY['text-search-%1$s:' || n.nspname || '.' || t.%3$sname] AS names,
                   ARRAY['TEXT SEARCH %4$s ' || n.nspname || '.' || t.%3$sname] AS targets
            FROM %2$s t JOIN pg_namespace n ON n.oid = t.%3$snamespace WHERE @user(n) AND @own(%2$s, t)
            """;

    private SchemaObjectQueries() {}

    static List<InventoryQuery> all() {
        return List.of(
                SCHEMAS,
                TYPES,
                FUNCTIONS,
                OPERATORS,
                OPERATOR_FAMILIES,
                OPERATOR_CLASSES,
                COLLATIONS,
                CONVERSIONS,
                objects(TEXT_SEARCH.formatted("parser", "pg_ts_parser", "prs", "PARSER")),
                objects(TEXT_SEARCH.formatted("template", "pg_ts_template", "tmpl", "TEMPLATE")),
                objects(TEXT_SEARCH.formatted("dictionary", "pg_ts_dict", "dict", "DICTIONARY")),
                objects(TEXT_SEARCH.formatted("configuration", "pg_ts_config", "cfg", "CONFIGURATION")));
    }
}
