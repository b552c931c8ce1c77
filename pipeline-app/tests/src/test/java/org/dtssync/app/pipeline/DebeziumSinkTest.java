package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.core.ConditionTimeoutException;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.control.Release;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.schemas.TopicValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/**
 * Debezium's JDBC sink fills a third database from the topics of a task, with our converter and with Confluent's: its rows are those
 * of the source. It knows nothing of dts-sync.
 */
@ExtendWith(ServersExtension.class)
class DebeziumSinkTest {

    /** Every type that the sink can write, as a column of one table; docs/reading-topics.md lists those that it cannot. */
    private static final String TYPES = """
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
            CREATE DOMAIN price AS numeric(12,3);
            CREATE TYPE pair AS (a int, b text);
            CREATE EXTENSION hstore;
            CREATE EXTENSION citext;
            CREATE EXTENSION ltree;
            CREATE TABLE every_type (
                id int8 PRIMARY KEY, b bool, i2 int2, i4 int4 NOT NULL, o oid, f4 float4, f8 float8,
                n numeric(20,6), v numeric, p price, m money, bin bytea, t text, vc varchar(20) NOT NULL, c char(8),
                d date, tm time, ttz timetz, ts timestamp, ts3 timestamp(3), tstz timestamptz NOT NULL, iv interval,
                u uuid, j json, jb jsonb, x xml, e mood, b1 bit(1), vb varbit(20), ip inet, ci cidr, mac macaddr,
                r int4range, pt point, ia int4[], ta text[], ua uuid[], ba bool[], f8a float8[], ja jsonb[], ra int4range[], sa varchar(9)[],
                iva interval[], mr int4multirange, tv tsvector, bx box, ln line, pg polygon, cc circle, tr tstzrange, nr numrange,
                m8 macaddr8, nm name, xi xid, hs hstore, ct citext, lt ltree, pr pair);
            CREATE TABLE bits (id int4 PRIMARY KEY, twelve bit(12), more bit(40) NOT NULL);
            CREATE TABLE emptied (id int4 PRIMARY KEY);
            """;

    /** What the sink cannot write, or has no key to write by, but Debezium's connector sends as well. */
    private static final String TOPICS_ALONE = """
            CREATE DOMAIN code AS varchar(5);
            CREATE DOMAIN word AS text;
            CREATE DOMAIN low_price AS price CHECK (VALUE < 100);
            CREATE DOMAIN moment AS timestamp(3);
            CREATE DOMAIN total AS int4;
            CREATE TABLE topics_arrays (id int4 PRIMARY KEY, i2 int2[], i8 int8[], o oid[], f4 float4[], n numeric[], n2 numeric(8,2)[],
                d date[], tm time[], ts timestamp[], tz timestamptz[], by bytea[], c char(3)[], e mood[], ip inet[], ci cidr[],
                mac macaddr[], m8 macaddr8[], ct citext[], r int4range[], l text[] NOT NULL);
            CREATE TABLE topics_domains (a code, b total, w word NOT NULL, p low_price, m moment, m2 moment NOT NULL, PRIMARY KEY (b, a));
            CREATE TABLE topics_defaults (id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, big text NOT NULL DEFAULT 'big',
                i2 int2 NOT NULL DEFAULT -2, i int4 NOT NULL DEFAULT 5, i8 int8 NOT NULL DEFAULT '-9', t text NOT NULL DEFAULT 'plain',
                v varchar(9) NOT NULL DEFAULT 'v', c char(4) NOT NULL DEFAULT 'c', n numeric(8,2) NOT NULL DEFAULT 0,
                n2 numeric NOT NULL DEFAULT 1, f4 float4 NOT NULL DEFAULT -0.5, f8 float8 NOT NULL DEFAULT 1.5,
                b bool NOT NULL DEFAULT true, d date NOT NULL DEFAULT '2024-02-29', ts timestamp NOT NULL DEFAULT '2024-02-29 12:00:01',
                ts3 timestamp(3) NOT NULL DEFAULT '2024-02-29 12:00:01.5', tz timestamptz NOT NULL DEFAULT '2024-02-29 12:00:00+00',
                tm time NOT NULL DEFAULT '12:00', u uuid NOT NULL DEFAULT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
                j jsonb NOT NULL DEFAULT '{"a": 1}', j2 json NOT NULL DEFAULT '{}', t2 text NOT NULL DEFAULT '{', x xml NOT NULL DEFAULT '<a/>', e mood NOT NULL DEFAULT 'ok',
                at timestamptz NOT NULL DEFAULT now(), opt int4 DEFAULT 7, opt_t text DEFAULT 'x');
            CREATE TABLE topics_full (id int4 PRIMARY KEY, t text, n numeric(5,1) NOT NULL, d date, tz timestamptz(2), ts timestamp(2));
            ALTER TABLE topics_full REPLICA IDENTITY FULL;
            CREATE TABLE topics_keyless (id int4, t text NOT NULL);
            ALTER TABLE topics_keyless REPLICA IDENTITY FULL;
            CREATE TABLE topics_index (id int4 PRIMARY KEY, code text NOT NULL UNIQUE);
            ALTER TABLE topics_index REPLICA IDENTITY USING INDEX topics_index_code_key;
            """;

    private static final String TOPICS_ALONE_ROWS = """
            INSERT INTO topics_arrays VALUES (1, '{1,NULL}', '{-1}', '{7}', '{1.5}', '{1.5,NULL}', '{1.50}', '{2024-02-29,NULL}', '{12:34:56.5}',
                '{"2024-02-29 12:34:56.5"}', '{"2024-02-29 12:34:56+02"}', '{"\\\\x0aff"}', '{a,NULL}', '{sad,NULL}', '{10.0.0.1}',
                '{10.0.0.0/8}', '{08:00:2b:01:02:03}', '{08:00:2b:01:02:03:04:05}', '{aB}', '{"[1,5)"}', '{a.b,NULL}');
            INSERT INTO topics_arrays (id, l) VALUES (2, '{}');
            INSERT INTO topics_domains VALUES ('a', 1, 'w', 12.345, '2024-02-29 12:34:56.789', '2024-02-29'), ('b', 2, '', NULL, NULL, '2024-01-01');
            UPDATE topics_domains SET a = 'c' WHERE b = 2;
            UPDATE topics_domains SET w = 'other' WHERE b = 1;
            DELETE FROM topics_domains WHERE b = 1;
            ALTER TABLE topics_defaults ALTER big SET STORAGE EXTERNAL;
            INSERT INTO topics_defaults (big) VALUES (repeat('large', 2000)), ('small');
            UPDATE topics_defaults SET i = 6;
            DELETE FROM topics_defaults WHERE id = 2;
            INSERT INTO topics_full VALUES (1, 'a', 1.5, 'infinity', 'infinity', '-infinity'),
                (2, NULL, -1, '-infinity', '2024-02-29 12:00:00.12+00', '2024-02-29 12:00:00.12');
            UPDATE topics_full SET t = 'b', d = '2024-02-29';
            UPDATE topics_full SET id = 3 WHERE id = 2;
            DELETE FROM topics_full;
            INSERT INTO topics_keyless VALUES (1, 'a'), (1, 'a');
            UPDATE topics_keyless SET t = 'b';
            DELETE FROM topics_keyless;
            INSERT INTO topics_index VALUES (1, 'a');
            """;

    /** Rows of every_type but their keys. */
    private static final List<String> ROWS = List.of("""
            true, -1, 2, 3, 1.5, -2.25, 12345678901234.123456, 0.00010, 1.234, 12.34, '\\x00ff10', 'text', 'vc', 'c', '2024-02-29',
            '12:34:56.789', '12:34:56+02', '2024-02-29 12:34:56.123456', '2024-02-29 12:34:56.123',
            '2024-02-29 12:34:56.123456+02', '1 mon 2 days 03:04:05', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a" : 1}',
            '{"b": [1, 2]}', '<a>1</a>', 'happy', B'1', B'1011', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03',
            '[1,5)', '(1,2)', '{1,NULL,3}', '{a,"b c",NULL}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,NULL}', '{t,f,NULL}', '{1.5,NaN}',
            '{1,null,NULL}', '{"[1,5)"}', '{a,NULL}', '{1 day}', '{[1,5)}', 'a:1 b:2', '(1,2),(0,0)', '{1,2,3}', '((0,0),(1,1),(2,0))',
            '<(0,0),1>', '[2024-01-01 00:00:00+00,)', '[1.5,2.50]', '08:00:2b:01:02:03:04:05', 'n', '5', 'a=>1, b=>NULL', 'Abc', 'a.b.c', '(1,a)'
            """, """
            false, 32767, -2147483648, 4294967295, 'NaN', 'Infinity', -0.000001, 123456789012345678901234567890.5, -0.001, -1,
            '', '', '', '', '0001-01-01', '23:59:59.999999', '00:00:00-12', '1900-01-01 00:00:00.000001',
            '1969-12-31 23:59:59.999', '1970-01-01 00:00:00+00', '-1 years', '00000000-0000-0000-0000-000000000000', 'null', 'null',
            '<b/>', 'sad', B'0', B'0', '::1', '::/0', '00:00:00:00:00:00', 'empty', '(-1.5,0)', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
            '{}', '{}', '', '(0,0),(0,0)', '{1,0,0}', '((0,0))', '<(0,0),0>', 'empty', '(,)', '00:00:00:00:00:00:00:00', '', '0', '', '', '', '(,)'
            """, """
            NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'x', NULL, NULL, NULL, NULL, NULL, NULL,
            '2262-04-11 00:00:00+00'
            """);

    /** The sink takes the bytes of bits in the wrong order. */
    private static final String UNREADABLE = "bits";

    /** Tables that only the topics are compared of. */
    private static final String ALONE = "topics_";

    /** The sink does not learn of a TRUNCATE without the envelope. */
    private static final String TRUNCATED = "emptied";

    /** A table that has rows before anything is captured; the sink creates it. */
    private static final String ROWS_BEFORE = """
            CREATE TABLE earlier (id int4 PRIMARY KEY, name text NOT NULL, price numeric(10,2), at timestamptz);
            INSERT INTO earlier SELECT g, E'a\\tb\\\\' || g, g / 3.0, '2024-01-01 00:00:00.5+00' FROM generate_series(1, 500) g;
            INSERT INTO earlier VALUES (501, '', NULL, NULL);
            """;

    private static final int TABLES = 20;

    private static final Map<String, Map<String, String>> TABLES_OF_THEIR_OWN =
            Map.of("public.t1*", Map.of("retention.ms", "-1", "compression.type", "zstd"));

    /** The sink reads envelopes and, as here, plain rows, where a record without a value deletes. */
    private static final Map<String, String> UNWRAPPED = Map.of(
            "transforms", "unwrap,table",
            "transforms.unwrap.type", "io.debezium.transforms.ExtractNewRecordState",
            "truncate.enabled", "false");

    @TempDir
    private Path directory;

    @Test
    void theRowsOfAnotherConsumersDatabaseAreThoseOfTheSource(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(17);
        DatabaseSettings ours = servers.freshDatabase(17);
        DatabaseSettings confluents = servers.freshDatabase(17);
        DebeziumConnector connector = new DebeziumConnector("theirs", source);
        TaskFile task = new TaskFileBuilder(TaskFiles.of(servers, source, destination))
                .topics(new TopicSettings(
                        1,
                        604_800_000L,
                        Map.of(),
                        TopicValues.DEBEZIUM,
                        TopicSettings.Snapshot.READ,
                        true,
                        true,
                        TopicSettings.Unchanged.READ,
                        TABLES_OF_THEIR_OWN))
                .build();
        try (Connection from = open(source);
                Connection to = open(destination);
                Connection one = open(ours);
                Connection other = open(confluents)) {
            for (Connection each : List.of(from, one, other)) {
                tables(each);
            }
            execute(from, TOPICS_ALONE);
            execute(from, ROWS_BEFORE);
            execute(
                    from,
                    "CREATE TABLE evolved (id int4 PRIMARY KEY, name text NOT NULL, price numeric(10,2), at timestamptz)");
            try (LiveRun run = LiveRun.start(task).awaitStreaming()) {
                String all = task.name() + "\\.(?!public\\.(" + UNREADABLE + "$|" + ALONE + "))";
                String some = all + "(?!public\\." + TRUNCATED + "$)";
                try (DebeziumSink first = new DebeziumSink(
                                servers,
                                task.name() + "-ours",
                                all + ".*",
                                ours,
                                DebeziumSink.ReadWith.OURS,
                                directory,
                                Map.of(),
                                Optional.of(connector));
                        DebeziumSink second = new DebeziumSink(
                                servers,
                                task.name() + "-confluent",
                                some + ".*",
                                confluents,
                                DebeziumSink.ReadWith.CONFLUENTS,
                                directory,
                                UNWRAPPED,
                                Optional.empty())) {
                    await().atMost(Duration.ofMinutes(2))
                            .until(() ->
                                    isRead(from, connector) || !first.fault().isEmpty());
                    work(from);
                    List<String> tables = names(from);
                    tables.removeIf(table -> table.equals(UNREADABLE) || table.startsWith(ALONE));
                    awaitEqual(from, one, tables, first);
                    tables.remove(TRUNCATED);
                    awaitEqual(from, other, tables, second);
                    awaitEqual(from, to, names(from), second);
                    assertThat(compression(servers, task.name() + ".public.t12"))
                            .isEqualTo("zstd");
                    assertThat(compression(servers, task.name() + ".public.t2")).isEqualTo("producer");
                    assertThat(first.fault()).isEmpty();
                    assertThat(DebeziumSink.console(servers, task.name() + ".public.earlier", directory))
                            .contains("{\"id\": 50}")
                            .contains("\"op\": \"r\"", "\"op\": \"u\"", "\"op\": \"d\"", "dts.number:")
                            .contains("\"name\": \"updated\"");
                    TopicComparison comparison = new TopicComparison(task.name(), connector.name());
                    tables = names(from);
                    tables.remove("earlier");
                    tables.forEach(table -> comparison.compare(servers, table));
                    String page = Files.readString(Path.of("..", "..", "docs", "reading-topics.md"));
                    assertThat(KnownDifference.values())
                            .allSatisfy(known -> assertThat(page).contains("\n| " + known.row()));
                    assertThat(comparison.differences())
                            .as("what docs/reading-topics.md does not list")
                            .isEmpty();
                }
            }
        } finally {
            new Release(task).run(true);
        }
    }

    private static String compression(Servers servers, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(
                Map.<String, Object>of("bootstrap.servers", servers.kafka().bootstrapServers()))) {
            return admin.describeConfigs(List.of(resource))
                    .all()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .get("compression.type")
                    .value();
        }
    }

    private static boolean isRead(Connection source, DebeziumConnector connector) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT 1 FROM pg_replication_slots WHERE active AND slot_name = '" + connector.name() + "'")) {
            return row.next();
        }
    }

    private static void tables(Connection connection) throws SQLException {
        execute(connection, TYPES);
        for (int i = 1; i <= TABLES; i++) {
            execute(
                    connection,
                    "CREATE TABLE t" + i
                            + " (a int4, b text, n numeric(8,2) NOT NULL CHECK (n > -1000), big text, at timestamptz"
                            + " DEFAULT now(), tags text[], PRIMARY KEY (" + (i % 2 == 0 ? "a" : "b, a") + "))");
            // Their values are not sent again where they do not change.
            execute(
                    connection,
                    "ALTER TABLE t" + i + " ALTER big SET STORAGE EXTERNAL, ALTER tags SET STORAGE EXTERNAL");
        }
    }

    private static void work(Connection source) throws SQLException {
        for (int i = 0; i < ROWS.size(); i++) {
            execute(source, "INSERT INTO every_type VALUES (" + i + ", " + ROWS.get(i) + ")");
        }
        for (int i = 1; i <= TABLES; i++) {
            String table = "t" + i;
            execute(
                    source,
                    "INSERT INTO " + table
                            + " SELECT g, 'b' || g, g / 4.0, repeat(md5(g::text), 200), '2024-01-01'::timestamptz + g *"
                            + " interval '1 hour', array_fill(md5(g::text), ARRAY[100]) FROM generate_series(1, 20) g");
            execute(source, "UPDATE " + table + " SET n = n + 1 WHERE a < 10");
            execute(source, "UPDATE " + table + " SET a = a + 100 WHERE a % 5 = 0");
            execute(source, "DELETE FROM " + table + " WHERE a % 7 = 0");
        }
        execute(source, "INSERT INTO bits VALUES (1, B'101010101010', B'1'::bit(40)), (2, NULL, B'0'::bit(40))");
        execute(source, "INSERT INTO emptied VALUES (1), (2)");
        execute(source, "TRUNCATE emptied");
        execute(source, "INSERT INTO emptied VALUES (3)");
        execute(
                source,
                "INSERT INTO evolved SELECT g, 'n', g / 3.0, '2024-01-01 00:00:00.5+00' FROM generate_series(1, 9) g");
        execute(source, "DELETE FROM evolved WHERE id = 3");
        execute(source, TOPICS_ALONE_ROWS);
        execute(source, "UPDATE earlier SET name = 'updated' WHERE id % 50 = 0");
        execute(source, "DELETE FROM earlier WHERE id = 7");
    }

    private static void awaitEqual(Connection source, Connection sink, List<String> tables, DebeziumSink process)
            throws Exception {
        Map<String, String> different = new TreeMap<>();
        try {
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> {
                        different.clear();
                        for (String table : tables) {
                            String here = copy(source, table);
                            String there = copy(sink, table);
                            if (!here.equals(there)) {
                                different.put(table, difference(here, there));
                            }
                        }
                        return different.isEmpty() || !process.fault().isEmpty();
                    });
        } catch (ConditionTimeoutException e) {
            assertThat(different).as("after two minutes").isEmpty();
        }
        assertThat(different).as(process.fault()).isEmpty();
    }

    /** The first line that differs; large values are cut. */
    private static String difference(String here, String there) {
        String[] expected = here.split("\n", -1);
        String[] found = there.split("\n", -1);
        int line = 0;
        while (line < Math.min(expected.length, found.length) && expected[line].equals(found[line])) {
            line++;
        }
        return start(expected, line) + " instead of which there is " + start(found, line);
    }

    private static String start(String[] lines, int line) {
        String text = line < lines.length ? lines[line] : "";
        return text.substring(0, Math.min(600, text.length()));
    }

    private static List<String> names(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT relname FROM pg_class WHERE relkind = 'r'"
                        + " AND relnamespace = 'public'::regnamespace ORDER BY 1")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private static String copy(Connection connection, String table) throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT to_regclass('public." + table + "') IS NULL")) {
            row.next();
            if (row.getBoolean(1)) {
                return "";
            }
        }
        StringWriter text = new StringWriter();
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (SELECT * FROM public." + table + " ORDER BY 1) TO STDOUT", text);
        return text.toString();
    }

    private static Connection open(DatabaseSettings database) throws SQLException {
        Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
        execute(connection, "SET search_path = public");
        return connection;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
