package org.dtssync.app.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.dtssync.app.testing.KeyTypes;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every shape of table and key arrives equal, from PostgreSQL 14 in 17. */
@ExtendWith(ServersExtension.class)
class SnapshotShapesTest {

    private static final int CHUNK_ROWS = 7;

    private Bench bench;

    @BeforeEach
    void open(Servers servers) throws SQLException {
        bench = new Bench(servers);
    }

    @AfterEach
    void close() throws SQLException {
        bench.close();
    }

    @Test
    void everyShapeOfKeyIsDividedAndArrivesEqual() throws Exception {
        bench.atBoth("""
                CREATE SCHEMA ext;
                CREATE EXTENSION citext SCHEMA ext;
                CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
                CREATE SCHEMA "Odd Names";
                CREATE TYPE "Odd Names"."Mood" AS ENUM ('sad', 'o''k', 'happy');
                CREATE DOMAIN "Odd Names".code AS varchar(12) COLLATE "C";
                CREATE DOMAIN "Odd Names".short_code AS "Odd Names".code CHECK (value <> 'never');
                """);
        bench.atSource("CREATE FUNCTION n() RETURNS SETOF int LANGUAGE sql AS 'SELECT generate_series(1, 100)'");
        List<KeyShape> shapes = List.of(
                new KeyShape("k_int", "k int", "n * 7 % 101", "k"),
                new KeyShape("k_uuid", "k uuid", "md5(n::text)::uuid", "k"),
                new KeyShape("k_text", "k text COLLATE \"en-x-icu\"", "chr(64 + n % 50) || n || E'\\'\\\\ '", "k"),
                new KeyShape("k_no_case", "k text COLLATE no_case", "md5(n::text) || 'Ä'", "k"),
                new KeyShape("k_citext", "k ext.citext", "CASE n % 2 WHEN 0 THEN 'a' ELSE 'B' END || n", "k"),
                new KeyShape(
                        "k_citext2",
                        "a int, k ext.citext",
                        "n % 3, CASE n % 2 WHEN 0 THEN 'a' ELSE 'B' END || n",
                        "a",
                        "k"),
                new KeyShape(
                        "k_three",
                        "a int, b text, c timestamptz(3)",
                        "n % 2, 'x' || n % 3, now() + n * interval '1 hour'",
                        "a",
                        "b",
                        "c"),
                new KeyShape(
                        "k_enum",
                        "a \"Odd Names\".\"Mood\", b int",
                        "('{sad,o''k,happy}'::\"Odd Names\".\"Mood\"[])[1 + n % 3], n",
                        "a",
                        "b"),
                new KeyShape("k_domain", "k \"Odd Names\".short_code", "'c' || n", "k"),
                new KeyShape("k_numeric", "k numeric", "CASE n WHEN 1 THEN 'NaN' ELSE (n - 50) / 7.0 END", "k"),
                new KeyShape("k_bytea", "k bytea", "decode(md5(n::text), 'hex')", "k"),
                new KeyShape("k_char", "k char(8)", "'b' || n", "k"),
                new KeyShape("k_float", "k float8", "CASE n WHEN 1 THEN '-Infinity' ELSE sqrt(n) END", "k"),
                new KeyShape("k_inet", "k inet", "('10.0.0.' || n || '/' || 8 + n % 20)::inet", "k"),
                new KeyShape("k_bits", "k bit(9)", "n::bit(9)", "k"),
                new KeyShape("k_array", "k int[]", "ARRAY[n % 5, n]", "k"),
                new KeyShape("k_range", "k int4range", "int4range(n, n + 3)", "k"),
                new KeyShape(
                        "k_date",
                        "k date",
                        "CASE n WHEN 1 THEN 'infinity' ELSE date '0005-01-01 BC' + n * 100 END",
                        "k"),
                new KeyShape("k_system", "k \"char\", o oid", "chr(33 + n % 5), n", "k", "o"),
                new KeyShape("Quoted \"k\"", "\"Key 1\" int, \"se'lect\" text", "n, 'q' || n", "Key 1", "se'lect"),
                KeyShape.wide());
        for (KeyShape shape : shapes) {
            bench.atBoth("CREATE TABLE " + shape.sql() + " (" + shape.columns + ", value text, PRIMARY KEY ("
                    + shape.keySql() + "))");
            bench.atSource("INSERT INTO " + shape.sql() + " SELECT " + shape.values + ", 'v' || n FROM n() AS n");
            bench.addLarge(shape.table, shape.key.toArray(String[]::new));
        }

        bench.job(2, CHUNK_ROWS, SnapshotListener.NONE).run();

        for (KeyShape shape : shapes) {
            bench.assertLoaded(shape.table);
            assertThat(bench.atDestinationText(
                            "SELECT count(*) || ' ' || max(rows) FROM dts_sync.chunk WHERE table_name = '" + shape.table
                                    + "'"))
                    .as(shape.table)
                    .isEqualTo("15 7");
        }
    }

    @Test
    void everyTypeOfKeyIsDividedAndArrivesEqual() throws Exception {
        bench.atBoth(KeyTypes.SETUP);
        Random random = new Random(11);
        List<String> tables = new ArrayList<>();
        StringBuilder structure = new StringBuilder();
        StringBuilder rows = new StringBuilder();
        for (KeyTypes.KeyType type : KeyTypes.all()) {
            for (String key : List.of("k, n", "g, k")) {
                String name = type.name() + (key.startsWith("k") ? "_first" : "_second");
                structure
                        .append("CREATE TABLE ")
                        .append(name)
                        .append(" (v text, k ")
                        .append(type.sql())
                        .append(", g int, n bigint, PRIMARY KEY (")
                        .append(key)
                        .append("));\n");
                rows.append("INSERT INTO ")
                        .append(name)
                        .append(" SELECT 'v' || n, ")
                        .append(type.value())
                        .append(", row_number() OVER (ORDER BY n) / 3, n FROM ")
                        .append(KeyTypes.numbers(random, 18))
                        .append(" ON CONFLICT DO NOTHING;\n");
                tables.add(name);
                bench.addLarge(name, key.startsWith("k") ? new String[] {"k", "n"} : new String[] {"g", "k"});
            }
        }
        bench.atBoth(structure.toString());
        bench.atSource(rows + KeyTypes.LATE_RULE);

        bench.job(2, CHUNK_ROWS, SnapshotListener.NONE).run();

        for (String table : tables) {
            bench.assertLoaded(table);
        }
    }

    @Test
    void theKeysIndexIsFollowedWhateverItsDirectionsAndOperators() throws Exception {
        bench.atBoth("""
                CREATE TABLE downwards (a int NOT NULL, b int NOT NULL);
                CREATE UNIQUE INDEX downwards_key ON downwards (a DESC, b DESC);
                ALTER TABLE downwards REPLICA IDENTITY USING INDEX downwards_key;
                CREATE TABLE mixed (a int NOT NULL, b text NOT NULL, c int NOT NULL);
                CREATE UNIQUE INDEX mixed_key ON mixed (b DESC, a, c DESC NULLS LAST);
                ALTER TABLE mixed REPLICA IDENTITY USING INDEX mixed_key;
                CREATE TABLE pattern (a text COLLATE "en-x-icu" NOT NULL);
                CREATE UNIQUE INDEX pattern_key ON pattern (a text_pattern_ops);
                ALTER TABLE pattern REPLICA IDENTITY USING INDEX pattern_key;
                CREATE TABLE collated (a text COLLATE "en-x-icu" NOT NULL);
                CREATE UNIQUE INDEX collated_key ON collated (a COLLATE "C");
                ALTER TABLE collated REPLICA IDENTITY USING INDEX collated_key;
                """);
        bench.atSource("""
                INSERT INTO downwards SELECT n % 4, n FROM generate_series(1, 100) n;
                INSERT INTO mixed SELECT n % 2, chr(97 + n % 3), n FROM generate_series(1, 100) n;
                INSERT INTO pattern SELECT chr(60 + n % 60) || n FROM generate_series(1, 100) n;
                INSERT INTO collated SELECT chr(60 + n % 60) || n FROM generate_series(1, 100) n;
                """);
        bench.addLarge("downwards", "a", "b");
        bench.addLarge("mixed", "b", "a", "c");
        bench.addLarge("pattern", "a");
        bench.addLarge("collated", "a");

        bench.job(2, CHUNK_ROWS, SnapshotListener.NONE).run();

        for (String table : List.of("downwards", "mixed", "pattern", "collated")) {
            bench.assertLoaded(table);
        }
        assertThat(bench.atDestinationText("""
                SELECT DISTINCT count(*) || ' ' || max(rows) FROM dts_sync.chunk GROUP BY table_name
                """)).isEqualTo("15 7");
    }

    @Test
    void everyShapeOfTableArrivesEqual() throws Exception {
        bench.atBoth("""
                CREATE TABLE parts (id int, day date, note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2020-02-01');
                CREATE TABLE parts_2 (note text, day date NOT NULL, id int NOT NULL);
                ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM ('2020-02-01') TO ('2021-01-01');
                CREATE TABLE parent (id int PRIMARY KEY, note text);
                CREATE TABLE child (more text, PRIMARY KEY (id)) INHERITS (parent);
                CREATE TABLE made (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, gone int,
                                   b int GENERATED ALWAYS AS (a * 2) STORED, "select" text);
                ALTER TABLE made DROP COLUMN gone;
                CREATE TABLE keyless (a int, b text);
                CREATE TABLE small_keyless (a int);
                CREATE TABLE nothing (id int PRIMARY KEY);
                CREATE TABLE large_nothing (id int PRIMARY KEY);
                CREATE TABLE nulls (id int PRIMARY KEY, a text, b jsonb, c timestamptz, d int[], e bytea);
                CREATE TABLE wide (id int PRIMARY KEY, a text, b bytea);
                CREATE TABLE escapes (id int PRIMARY KEY, a text);
                """);
        bench.atSource("""
                INSERT INTO parts SELECT n, date '2020-01-01' + n, 'note ' || n FROM generate_series(0, 300) n;
                INSERT INTO parent SELECT n, 'parent' FROM generate_series(1, 50) n;
                INSERT INTO child SELECT n, 'child', 'more' FROM generate_series(20, 90) n;
                INSERT INTO made (a, "select") SELECT n, 's' || n FROM generate_series(1, 60) n;
                INSERT INTO keyless SELECT n % 3, 'same' FROM generate_series(1, 40) n;
                INSERT INTO small_keyless SELECT 5 FROM generate_series(1, 4) n;
                INSERT INTO nulls (id, a) SELECT n, nullif(n % 5, 0)::text FROM generate_series(1, 30) n;
                INSERT INTO wide SELECT n, (SELECT string_agg(md5(i::text || n), '') FROM generate_series(1, 40000) i),
                                        decode(repeat(md5(n::text), 5000), 'hex') FROM generate_series(1, 9) n;
                INSERT INTO escapes VALUES (1, E'\\\\.'), (2, E'tab\\t, line\\n, return\\r'), (3, E'\\\\N'), (4, ''), (5, 'şİı €𝄞');
                """);
        bench.addLarge("parts", "id", "day");
        bench.addLarge("parent", "id");
        bench.addLarge("child", "id");
        bench.addLarge("made", "id");
        bench.addLarge("keyless");
        bench.addSmall("small_keyless");
        bench.addSmall("nothing", "id");
        bench.addLarge("large_nothing", "id");
        bench.addLarge("nulls", "id");
        bench.addLarge("wide", "id");
        bench.addSmall("escapes", "id");

        // 8192 bytes of a small table fit this many of the smallest rows.
        bench.job(2, 250, SnapshotListener.NONE).run();

        for (String table : List.of(
                "parts",
                "parent",
                "child",
                "made",
                "keyless",
                "small_keyless",
                "nothing",
                "large_nothing",
                "nulls",
                "wide",
                "escapes")) {
            bench.assertLoaded(table);
        }
        assertThat(bench.table("keyless").visibleSnapshot()).get().asString().matches("\\d+:\\d+:[\\d,]*");
        assertThat(bench.table("small_keyless").visibleSnapshot()).isPresent();
        assertThat(bench.table("nulls").visibleSnapshot()).isEmpty();
        assertThat(bench.atDestinationText("SELECT count(*) FROM dts_sync.chunk WHERE table_name = 'parts'"))
                .isEqualTo("2");
    }

    @Test
    void valuesTravelInBinaryWhereBothEndsAgreeOnTheirForm() throws Exception {
        bench.atBoth("""
                CREATE SCHEMA kinds;
                CREATE TYPE kinds.mood AS ENUM ('sad', 'o''k', 'şİı');
                CREATE DOMAIN kinds.code AS varchar(12) CHECK (value <> 'never');
                CREATE DOMAIN kinds.short_code AS kinds.code NOT NULL;
                CREATE TABLE fixed (
                    id int8 PRIMARY KEY, a bool, b bytea, c name, d int2, e int4, f text, g oid, h json, i float4, j float8,
                    k macaddr, l inet, m cidr, n macaddr8, o char(5), p varchar(9), q date, r time, s timestamp, t timestamptz(3),
                    u timetz, v bit(3), w varbit, x numeric, y numeric(12, 3), z uuid, aa jsonb, bb kinds.mood, cc kinds.short_code,
                    dd text[], ee numeric[], ff timestamptz[], gg jsonb[], hh oid[]);
                CREATE TABLE printed (id int PRIMARY KEY, a interval, b xml, c money, d int4range, e kinds.mood[], f kinds.code[],
                                      g int2vector);
                """);
        bench.atSource("CREATE TABLE other (id int PRIMARY KEY, a float4, b varchar(9), c kinds.mood)");
        bench.atDestination("CREATE TABLE other (c text, id bigint PRIMARY KEY, a numeric, b text)");
        bench.atSource("""
                INSERT INTO fixed (id, cc) SELECT n, 'c' FROM generate_series(1, 20) n;
                INSERT INTO fixed VALUES
                    (-1, true, '\\x00ff', 'Ünï', -32768, -2147483648, E'tab\t line\n \\\\. şİı €𝄞', 4294967295, '{"a" : 1, "a":2 }',
                     'NaN', '-Infinity', '08:00:2b:01:02:03', '10.0.0.1/8', '2001:db8::/32', '08:00:2b:01:02:03:04:05', 'ab',
                     'trailing ', '0005-01-01 BC', '24:00', 'infinity', '-infinity', '12:00:00.000001+05:30:15', '101', '', 'NaN',
                     '123456789.120', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"b": 1.500, "a": null}', 'şİı', 'x',
                     '{NULL,"","a,b",NULL}', '[2:3]={1.50,NaN}', '{{epoch,infinity},{now,-infinity}}', '{}', '{1,2}'),
                    (-2, false, '', '', 0, 0, '', 0, '""', '-0', '1e-310', NULL, '::1', '0.0.0.0/0', NULL, '', '', 'infinity',
                     '00:00', '294276-12-31 23:59:59.999999', '4713-01-01 00:00:00+00 BC', '00:00-15:59', '000', '1',
                     '-0.000', '-0.500', NULL, '[]', 'sad', '', '{{a},{NULL}}', '{}', NULL, '{null,NULL}', NULL);
                INSERT INTO fixed (id, i, j, q, x, cc) VALUES (-3, 'Infinity', '5e-324', '5874897-12-31', 'Infinity', 'y');
                INSERT INTO fixed (id, f, x, cc) VALUES (-4, repeat('long ', 50000), ('1e' || 5000)::numeric + 0.1, 'z');
                INSERT INTO printed VALUES
                    (1, '2 mons -3 days 00:00:00.5', '<a>ä</a>', 12.34, '[1,5)', '{sad,"o''k",NULL}', '{a,b}', '');
                INSERT INTO printed (id) VALUES (2);
                INSERT INTO other SELECT n, n / 4.0, 'v' || n, 'o''k' FROM generate_series(1, 30) n;
                """);
        bench.addLarge("fixed", "id");
        bench.addSmall("printed", "id");
        bench.addLarge("other", "id");

        bench.job(1, CHUNK_ROWS, SnapshotListener.NONE).run();

        bench.assertLoaded("fixed");
        bench.assertLoaded("printed");
        assertThat(bench.atDestinationText("SELECT count(*) || ' ' || sum(a) || min(b) || max(c) FROM public.other"))
                .isEqualTo(bench.atSourceText(
                        "SELECT count(*) || ' ' || sum(a::numeric) || min(b) || max(c::text) FROM public.other"));
        assertThat(formats("fixed", "printed", "other"))
                .containsExactly(CopyFormat.BINARY, CopyFormat.TEXT, CopyFormat.TEXT);
    }

    private List<CopyFormat> formats(String... names) throws SQLException {
        List<CopyFormat> formats = new ArrayList<>();
        try (Connection source = bench.source.open();
                Connection destination = bench.destination.open()) {
            for (String name : names) {
                TableName table = new TableName("public", name);
                formats.add(
                        new LoadedTables(source).shape(table).formatFor(new LoadedTables(destination).shape(table)));
            }
        }
        return formats;
    }

    @Test
    void aTableWithoutAnIndexOverItsKeyIsCopiedWhole() throws Exception {
        bench.atBoth("CREATE TABLE bare (id int NOT NULL)");
        bench.atSource("INSERT INTO bare SELECT generate_series(1, 50)");
        bench.addLarge("bare", "id");

        bench.job(1, CHUNK_ROWS, SnapshotListener.NONE).run();

        bench.assertLoaded("bare");
    }

    @Test
    void manySmallTablesShareTransactions() throws Exception {
        StringBuilder ddl = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            ddl.append("CREATE TABLE t").append(i).append(" (id int PRIMARY KEY);");
        }
        bench.atBoth(ddl.toString());
        bench.atSource(ddl.toString()
                .replaceAll("CREATE TABLE (t\\d+)[^;]*;", "INSERT INTO $1 SELECT generate_series(1, 5);"));
        for (int i = 0; i < 200; i++) {
            bench.addSmall("t" + i, "id");
        }

        bench.job(2, 1000, SnapshotListener.NONE).run();

        assertThat(bench.atDestinationText("""
                SELECT sum(snapshot_rows) || ' ' || count(*) FILTER (WHERE state = 'copied') FROM dts_sync.table_progress
                """)).isEqualTo("1000 200");
        assertThat(bench.atDestinationText("SELECT count(DISTINCT xmin::text) FROM dts_sync.chunk"))
                .isEqualTo("4");
        assertThat(bench.atDestinationText("SELECT count(*) FROM public.t199")).isEqualTo("5");
    }

    /** A table with a key, and SQL that fills it from n = 1 to 100. */
    private record KeyShape(String table, String columns, String values, List<String> key) {

        KeyShape(String table, String columns, String values, String... key) {
            this(table, columns, values, List.of(key));
        }

        String sql() {
            return "public.\"" + table.replace("\"", "\"\"") + "\"";
        }

        String keySql() {
            return "\"" + String.join("\", \"", key) + "\"";
        }

        static KeyShape wide() {
            StringBuilder columns = new StringBuilder();
            StringBuilder values = new StringBuilder();
            String[] key = new String[16];
            for (int i = 0; i < 16; i++) {
                key[i] = "k" + i;
                columns.append(i == 0 ? "" : ", ").append(key[i]).append(i % 2 == 0 ? " int" : " text");
                values.append(i == 0 ? "" : ", ").append(i == 15 ? "'v' || n" : i % 2 == 0 ? "n / 90" : "'same'");
            }
            return new KeyShape("k_sixteen", columns.toString(), values.toString(), key);
        }
    }
}
