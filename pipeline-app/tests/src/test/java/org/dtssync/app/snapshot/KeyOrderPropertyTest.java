package org.dtssync.app.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.commons.io.FileUtils;
import org.dtssync.app.catalog.KeyOrder;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.PostgresSettings;
import org.dtssync.app.testing.KeyTypes;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;

/** The order that chunks rely on is that of the server's index, for every type that can be a key and every way to index it. */
class KeyOrderPropertyTest {

    private static final TableName TABLE = new TableName("public", "keyed");

    private static Path directory;
    private static EmbeddedPostgres server;
    private static Connection connection;

    @BeforeContainer
    static void start() throws Exception {
        directory = java.nio.file.Files.createTempDirectory("dts-sync-key-order-test");
        server = EmbeddedPostgres.start(PostgresSettings.of(17, directory.resolve("data")));
        connection = new DatabaseConnections(End.SOURCE, server.superuser("postgres"), "test").open();
        execute(KeyTypes.SETUP);
    }

    @AfterContainer
    static void stop() throws Exception {
        connection.close();
        server.close();
        FileUtils.deleteDirectory(directory.toFile());
    }

    /** How a column is indexed: its type, and what follows it in the index and in ORDER BY. */
    record IndexedColumn(KeyTypes.KeyType type, String direction) {}

    @Provide
    Arbitrary<List<IndexedColumn>> keys() {
        return column().list().ofMinSize(1).ofMaxSize(3);
    }

    private static Arbitrary<IndexedColumn> column() {
        return Combinators.combine(
                        Arbitraries.of(KeyTypes.all()),
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(4, Arbitraries.just("")),
                                net.jqwik.api.Tuple.of(2, Arbitraries.just(" DESC")),
                                net.jqwik.api.Tuple.of(1, Arbitraries.just(" NULLS FIRST")),
                                net.jqwik.api.Tuple.of(1, Arbitraries.just(" DESC NULLS LAST"))))
                .as(IndexedColumn::new);
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void rangesCutTheServersOwnOrderInPieces(@ForAll("keys") List<IndexedColumn> key, @ForAll long seed)
            throws SQLException {
        requireDivided(key, new Random(seed));
    }

    @net.jqwik.api.Example
    void everyTypeAloneIsDivided() throws SQLException {
        Random random = new Random(7);
        for (KeyTypes.KeyType type : KeyTypes.all()) {
            requireDivided(List.of(new IndexedColumn(type, "")), random);
        }
    }

    /** A class of operators that came with a new version or an extension wants a type in {@link KeyTypes}. */
    @net.jqwik.api.Example
    void everyTypeWithAnOrderOfItsOwnIsTried() throws SQLException {
        StringBuilder columns = new StringBuilder();
        for (KeyTypes.KeyType type : KeyTypes.all()) {
            columns.append(columns.isEmpty() ? "" : ", ")
                    .append(type.name())
                    .append(' ')
                    .append(type.sql());
        }
        execute("CREATE TABLE tried (" + columns + ")");
        try {
            assertThat(texts("""
                    SELECT o.opcintype::regtype::text FROM pg_opclass o JOIN pg_am i ON i.oid = o.opcmethod AND i.amname = 'btree'
                    WHERE o.opcdefault AND NOT EXISTS (
                        SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                        WHERE a.attrelid = 'public.tried'::regclass
                          AND (t.oid = o.opcintype
                               OR o.opcintype = 'anyarray'::regtype AND t.typelem <> 0 AND t.typlen = -1
                               OR o.opcintype = 'anyenum'::regtype AND t.typtype = 'e'
                               OR o.opcintype = 'anyrange'::regtype AND t.typtype = 'r'
                               OR o.opcintype = 'anymultirange'::regtype AND t.typtype = 'm'
                               OR o.opcintype = 'record'::regtype AND t.typtype = 'c'))
                    """)).isEmpty();
        } finally {
            execute("DROP TABLE tried");
        }
    }

    private static void requireDivided(List<IndexedColumn> key, Random random) throws SQLException {
        List<String> indexed = new ArrayList<>();
        List<String> names = new ArrayList<>();
        StringBuilder columns = new StringBuilder();
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < key.size(); i++) {
            names.add("k" + i);
            indexed.add("k" + i + key.get(i).direction());
            columns.append(i == 0 ? "" : ", ")
                    .append("k")
                    .append(i)
                    .append(' ')
                    .append(key.get(i).type().sql())
                    .append(" NOT NULL");
            // Columns of one type have different values, and the first ones repeat.
            values.append(i == 0 ? "" : ", ")
                    .append(key.get(i).type().value().replaceAll("\\bn\\b", divided(i, key.size())));
        }
        execute("CREATE TABLE keyed (" + columns + "); CREATE UNIQUE INDEX keyed_key ON keyed ("
                + String.join(", ", indexed) + "); INSERT INTO keyed SELECT " + values + " FROM "
                + KeyTypes.numbers(random, 60) + " ON CONFLICT DO NOTHING");
        try {
            KeyOrder order = new LoadedTables(connection).keyOrder(TABLE, names).orElseThrow();
            List<List<String>> sorted =
                    keys("SELECT " + order.bound() + " FROM keyed ORDER BY " + String.join(", ", indexed));

            assertThat(keys("SELECT " + order.bound() + " FROM keyed ORDER BY " + order.orderBy()))
                    .as(key.toString())
                    .isEqualTo(sorted);
            Optional<List<String>> after = Optional.empty();
            int from = 0;
            for (int cut : cuts(random, sorted.size())) {
                Optional<List<String>> upTo =
                        cut == sorted.size() ? Optional.empty() : Optional.of(sorted.get(cut - 1));
                assertThat(keys("SELECT " + order.bound() + " FROM keyed WHERE " + order.within(after, upTo)
                                + " ORDER BY " + String.join(", ", indexed)))
                        .as("%s between %s and %s", key, after, upTo)
                        .isEqualTo(sorted.subList(from, cut));
                after = upTo;
                from = cut;
            }
        } finally {
            execute("DROP TABLE keyed");
        }
    }

    private static String divided(int column, int columns) {
        return column == columns - 1 ? "n" : "(n / " + (column + 2) + " % 4)";
    }

    /** Where to cut, the end included. */
    private static SortedSet<Integer> cuts(Random random, int size) {
        SortedSet<Integer> cuts = new TreeSet<>(List.of(size));
        for (int i = 0; i < 6 && size > 1; i++) {
            cuts.add(1 + random.nextInt(size - 1));
        }
        return cuts;
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = public, pg_catalog");
            statement.execute(sql);
            statement.execute("SET search_path = pg_catalog");
        }
    }

    private static List<List<String>> keys(String sql) throws SQLException {
        List<List<String>> keys = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql.replace(" FROM keyed", " FROM public.keyed"))) {
            while (rows.next()) {
                Array array = rows.getArray(1);
                keys.add(Arrays.asList((String[]) array.getArray()));
            }
        }
        return keys;
    }

    private static List<String> texts(String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
