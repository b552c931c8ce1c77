package org.dtssync.app.testing;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every type that can be a column of a key, with SQL that makes values of it from any number: random ones, and often those at
 * the edges of its order. The same number makes the same value at every server. Stateless.
 */
public final class KeyTypes {

    /** What must be there before the types can be used. */
    public static final String SETUP = """
            CREATE SCHEMA ext;
            CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION ltree SCHEMA ext;
            CREATE EXTENSION isn SCHEMA ext; CREATE EXTENSION cube SCHEMA ext; CREATE EXTENSION seg SCHEMA ext;
            CREATE EXTENSION intarray SCHEMA ext; CREATE EXTENSION lo SCHEMA ext;
            CREATE COLLATION ext.no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TYPE ext."Mood" AS ENUM ('sad', 'o''k \\', 'happy', 'Ω');
            CREATE TYPE ext.loud AS ENUM ('soft', 'middle', 'hard');
            CREATE FUNCTION ext.shout(ext.loud) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''!''';
            CREATE CAST (ext.loud AS text) WITH FUNCTION ext.shout(ext.loud);
            CREATE FUNCTION ext.hear(text) RETURNS ext.loud LANGUAGE sql IMMUTABLE AS 'SELECT ''hard''::ext.loud';
            CREATE CAST (text AS ext.loud) WITH FUNCTION ext.hear(text);
            CREATE TYPE ext.plain AS ENUM ('one', 'two', 'three');
            CREATE CAST (ext.plain AS text) WITH INOUT AS IMPLICIT; CREATE CAST (ext.plain AS varchar) WITH INOUT AS IMPLICIT;
            CREATE DOMAIN ext.plainly AS ext.plain;
            CREATE TYPE ext.pair AS (a int, b text);
            CREATE TYPE ext.words AS RANGE (subtype = text, collation = "en-x-icu");
            CREATE DOMAIN ext.code AS varchar(12) COLLATE "C";
            CREATE DOMAIN ext.short_code AS ext.code CHECK (value <> 'never');
            CREATE DOMAIN ext.feeling AS ext."Mood";
            CREATE DOMAIN ext.feelings AS ext."Mood"[];
            CREATE DOMAIN ext.nick AS ext.citext;
            CREATE DOMAIN ext.period AS daterange;
            CREATE DOMAIN ext.couple AS ext.pair;
            CREATE DOMAIN ext.late AS int;
            CREATE FUNCTION ext.word(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
                SELECT coalesce(string_agg((ARRAY['a','A','ä','Ä','b','_','-',' ','Ω','ß','ss','''','\\','"',',','😀','e','é',U&'e\\0301'])
                                  [1 + abs(n / power(19, i)::bigint) % 19], '' ORDER BY i), '')
                FROM generate_series(0, (abs(n) % 5)::int - 1) AS i $$
            """;

    /** Makes values that were there before it break a rule of their domain. */
    public static final String LATE_RULE = "ALTER DOMAIN ext.late ADD CHECK (value > 1000000) NOT VALID";

    /**
     * A type.
     *
     * @param name a name for tables
     * @param sql the type of a column, with its collation
     * @param value an expression of the type from {@code n}, a bigint
     */
    public record KeyType(String name, String sql, String value) {}

    private KeyTypes() {}

    /** Returns all of them. */
    public static List<KeyType> all() {
        return Stream.of(numbers(), texts(), times(), others(), containers(), extensions())
                .flatMap(List::stream)
                .toList();
    }

    private static List<KeyType> numbers() {
        return List.of(
                new KeyType("bool", "bool", "n % 2 = 0"),
                new KeyType("int2", "int2", "(n % 32768)::int2"),
                new KeyType("int4", "int4", "(n % 2147483648)::int4"),
                new KeyType("int8", "int8", "n"),
                new KeyType("oid", "oid", "(abs(n) % 4294967296)::oid"),
                new KeyType("float4", "float4", floating("'1e-45'", "'3.4028235e38'") + "::float4"),
                new KeyType("float8", "float8", floating("'4.9e-324'", "'1.7976931348623157e308'")),
                new KeyType(
                        "numeric",
                        "numeric",
                        "CASE abs(n) % 9 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '-Infinity' WHEN 3 THEN '-0.000'"
                                + " WHEN 4 THEN n * 1e40 WHEN 5 THEN n % 100 * 0.10 ELSE n / 1e25 END"),
                new KeyType("numeric_scaled", "numeric(12, 3)", "n % 1000000 / 7.0"),
                new KeyType("money", "money", "(n % 1000000000 / 100.0)::numeric::money"),
                new KeyType("domain_late", "ext.late", "(n % 500)::int"));
    }

    private static String floating(String least, String most) {
        return "(CASE abs(n) % 11 WHEN 0 THEN 'NaN' WHEN 1 THEN '-0' WHEN 2 THEN '0' WHEN 3 THEN 'Infinity' WHEN 4 THEN '-Infinity'"
                + " WHEN 5 THEN " + least + " WHEN 6 THEN " + most + " ELSE (n % 100000 / 7.0)::float8 END)";
    }

    private static List<KeyType> texts() {
        return List.of(
                new KeyType("text", "text", "ext.word(n)"),
                new KeyType("text_c", "text COLLATE \"C\"", "ext.word(n)"),
                new KeyType("text_icu", "text COLLATE \"en-x-icu\"", "ext.word(n)"),
                new KeyType("text_no_case", "text COLLATE ext.no_case", "ext.word(n)"),
                new KeyType("varchar", "varchar(30)", "ext.word(n)"),
                new KeyType("bpchar", "bpchar", "ext.word(n) || repeat(' ', (abs(n) % 3)::int)"),
                new KeyType("char_n", "char(12)", "ext.word(n)"),
                new KeyType("char_n_icu", "char(12) COLLATE \"en-x-icu\"", "ext.word(n)"),
                new KeyType("name", "name", "ext.word(n)::name"),
                new KeyType(
                        "char_1",
                        "\"char\"",
                        "CASE abs(n) % 20 WHEN 0 THEN '' ELSE chr((33 + abs(n) % 94)::int) END::\"char\""),
                new KeyType("domain_text", "ext.short_code", "ext.word(n)"),
                new KeyType("bytea", "bytea", "substr(decode(md5(n::text), 'hex'), 1, (abs(n) % 5)::int)"));
    }

    private static List<KeyType> times() {
        return List.of(
                new KeyType(
                        "date",
                        "date",
                        "CASE abs(n) % 9 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity' ELSE date '0005-01-01 BC' + (n % 5000000)::int / 7 END"),
                new KeyType(
                        "time",
                        "time",
                        "CASE abs(n) % 30 WHEN 0 THEN '24:00' ELSE time '0:00' + abs(n) % 86400000000 * interval '1 us' END"),
                new KeyType(
                        "timetz",
                        "timetz",
                        "(lpad((abs(n) % 24)::text, 2, '0') || ':30' || (ARRAY['+00', '+05:45', '-11'])[1 + abs(n / 24) % 3])::timetz"),
                new KeyType(
                        "timestamp",
                        "timestamp",
                        "CASE abs(n) % 9 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity' ELSE timestamp '0003-01-01 BC' + n % 9999999 * interval '1 day' / 7 END"),
                new KeyType(
                        "timestamptz",
                        "timestamptz(3)",
                        "CASE abs(n) % 9 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity' ELSE timestamptz '2000-01-01 00:00+00' + n % 9999999 * interval '61 s' END"),
                new KeyType(
                        "interval",
                        "interval",
                        "make_interval(months => (n % 5)::int, days => (n / 5 % 40)::int, secs => n % 9999 * 30)"));
    }

    private static List<KeyType> others() {
        return List.of(
                new KeyType("uuid", "uuid", "md5(n::text)::uuid"),
                new KeyType("bit", "bit(9)", "(abs(n) % 512)::int::bit(9)"),
                new KeyType("varbit", "varbit", "substring(n::bit(64) FROM 1 FOR (abs(n) % 12)::int)::varbit"),
                new KeyType(
                        "jsonb",
                        "jsonb",
                        "CASE abs(n) % 4 WHEN 0 THEN to_jsonb(ext.word(n)) WHEN 1 THEN jsonb_build_object('a', n % 5, 'b', ARRAY[n])"
                                + " WHEN 2 THEN to_jsonb(n / 10.0) ELSE 'null' END"),
                new KeyType(
                        "inet",
                        "inet",
                        "(CASE WHEN n % 2 = 0 THEN '10.0.' || abs(n / 256) % 256 || '.' || abs(n) % 256 ELSE '2001:db8::' || abs(n) % 9999 END"
                                + " || '/' || 8 + abs(n) % 25)::inet"),
                new KeyType(
                        "cidr", "cidr", "network(('10.0.' || abs(n / 256) % 256 || '.0/' || 16 + abs(n) % 9)::inet)"),
                new KeyType("macaddr", "macaddr", "left(md5(n::text), 12)::macaddr"),
                new KeyType("macaddr8", "macaddr8", "left(md5(n::text), 16)::macaddr8"),
                new KeyType("pg_lsn", "pg_lsn", "'0/0'::pg_lsn + abs(n)::numeric"),
                new KeyType("xid8", "xid8", "abs(n)::text::xid8"),
                new KeyType("tsvector", "tsvector", "to_tsvector('simple', ext.word(n) || ' x ' || n % 7)"),
                new KeyType("tsquery", "tsquery", "('w' || abs(n) % 9 || ' & !v' || abs(n / 9) % 9)::tsquery"),
                new KeyType("tid", "tid", "('(' || abs(n) % 1000 || ',' || 1 + abs(n / 1000) % 200 || ')')::tid"),
                new KeyType("oidvector", "oidvector", "(abs(n) % 5 || ' ' || abs(n) % 70000)::oidvector"),
                new KeyType(
                        "regclass",
                        "regclass",
                        "(ARRAY['pg_class', '-', 'pg_proc', 'pg_type', 'ext.pair', '4000000000']::regclass[])[1 + abs(n) % 6]"),
                new KeyType("enum", "ext.\"Mood\"", "('{sad,o''k \\\\,happy,Ω}'::ext.\"Mood\"[])[1 + abs(n) % 4]"),
                new KeyType("enum_ambiguous", "ext.plain", "('{one,two,three}'::ext.plain[])[1 + abs(n) % 3]"),
                new KeyType("domain_ambiguous", "ext.plainly", "('{one,two,three}'::ext.plain[])[1 + abs(n) % 3]"),
                new KeyType("enum_cast", "ext.loud", "('{soft,middle,hard}'::ext.loud[])[1 + abs(n) % 3]"),
                new KeyType("domain_enum", "ext.feeling", "('{sad,happy,Ω}'::ext.\"Mood\"[])[1 + abs(n) % 3]"));
    }

    private static List<KeyType> containers() {
        return List.of(
                new KeyType("int_array", "int4[]", "ARRAY[n % 5, NULL, n % 1000]::int4[]"),
                new KeyType("text_array", "text[]", "ARRAY[ARRAY[ext.word(n), NULL], ARRAY['NULL', ext.word(n / 7)]]"),
                new KeyType("citext_array", "ext.citext[]", "ARRAY[ext.word(n)]::ext.citext[]"),
                new KeyType(
                        "enum_array",
                        "ext.feelings",
                        "ARRAY[('{sad,happy,Ω}'::ext.\"Mood\"[])[1 + abs(n) % 3], 'happy']"),
                new KeyType(
                        "int4range", "int4range", "int4range((n % 1000)::int, (n % 1000)::int + (abs(n) % 7)::int)"),
                new KeyType(
                        "numrange",
                        "numrange",
                        "CASE abs(n) % 5 WHEN 0 THEN numrange(n / 10.0, NULL) ELSE numrange(NULL, n / 10.0, '(]') END"),
                new KeyType(
                        "daterange",
                        "ext.period",
                        "daterange('2000-01-01', date '2000-01-01' + (abs(n) % 9999)::int, '[]')"),
                new KeyType(
                        "tstzrange",
                        "tstzrange",
                        "tstzrange('2000-01-01', timestamptz '2000-01-01' + abs(n) % 9999 * interval '1 h')"),
                new KeyType(
                        "int8multirange",
                        "int8multirange",
                        "int8multirange(int8range(n - 9, n - 7), int8range(n - 2, n + 5))"),
                new KeyType("text_range", "ext.words", "ext.words(ext.word(n), NULL)"),
                new KeyType("composite", "ext.pair", "ROW(n % 3, ext.word(n))::ext.pair"),
                new KeyType("domain_composite", "ext.couple", "ROW(nullif(n % 3, 0), ext.word(n))::ext.pair"),
                new KeyType("composite_array", "ext.pair[]", "ARRAY[ROW(n % 3, ext.word(n)), NULL]::ext.pair[]"));
    }

    private static List<KeyType> extensions() {
        String nine = "lpad((abs(n) % 1000000000)::text, 9, '0')";
        return List.of(
                new KeyType("citext", "ext.citext", "ext.word(n)"),
                new KeyType("domain_citext", "ext.nick", "ext.word(n)"),
                new KeyType("hstore", "ext.hstore", "ext.hstore('k' || n % 3, ext.word(n))"),
                new KeyType("ltree", "ext.ltree", "('a' || abs(n) % 9 || '.b' || abs(n / 9) % 99)::ext.ltree"),
                new KeyType("cube", "ext.cube", "ext.cube(ARRAY[n % 9, n % 100 / 7.0], ARRAY[n % 5, 2])"),
                new KeyType("seg", "ext.seg", "(n % 100 || ' .. ' || n % 100 + abs(n) % 5)::ext.seg"),
                new KeyType("ean13", "ext.ean13", "('220' || " + nine + " || '?')::ext.ean13"),
                new KeyType("isbn13", "ext.isbn13", "('978' || " + nine + " || '?')::ext.isbn13"),
                new KeyType("isbn", "ext.isbn", "('978' || " + nine + " || '?')::ext.isbn"),
                new KeyType("ismn13", "ext.ismn13", "('9790' || left(" + nine + ", 8) || '?')::ext.ismn13"),
                new KeyType("ismn", "ext.ismn", "('9790' || left(" + nine + ", 8) || '?')::ext.ismn"),
                new KeyType("issn13", "ext.issn13", "('977' || left(" + nine + ", 7) || '00?')::ext.issn13"),
                new KeyType("issn", "ext.issn", "('977' || left(" + nine + ", 7) || '00?')::ext.issn"),
                new KeyType("upc", "ext.upc", "('22' || " + nine + " || '?')::ext.upc"),
                new KeyType("lo", "ext.lo", "(abs(n) % 4294967296)::oid"));
    }

    /** Returns SQL for a list of random numbers as rows {@code r(n)}: small ones, which make equal values, and large ones. */
    public static String numbers(Random random, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> random.nextInt(3) == 0
                        ? String.valueOf(random.nextInt(200) - 100)
                        : String.valueOf(random.nextLong() / 2))
                .distinct()
                .collect(Collectors.joining("), (", "(SELECT n::bigint FROM (VALUES (", ")) AS v (n)) AS r"));
    }
}
