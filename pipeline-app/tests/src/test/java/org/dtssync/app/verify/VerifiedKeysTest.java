package org.dtssync.app.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.verify.DatabasePair.table;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.testing.KeyTypes;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables with each type as the first and as the second column of their key, between servers of different versions whose
 * databases sort text differently: nothing is reported where nothing differs, and everything where something does.
 */
@ExtendWith(ServersExtension.class)
class VerifiedKeysTest {

    private static final Logger LOG = LoggerFactory.getLogger(VerifiedKeysTest.class);

    private static final int CHUNK_ROWS = 9;

    @Test
    void keysOfEveryTypeAreComparedExactly(Servers servers) throws Exception {
        long seed = System.nanoTime();
        LOG.warn("Random keys begin. seed={}", seed);
        try (DatabasePair databases = new DatabasePair(
                servers.postgres(14),
                servers.postgres(17),
                "ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")) {
            List<TableProgress> tables = fill(databases, new Random(seed));
            TableProgress[] all = tables.toArray(TableProgress[]::new);

            VerifyReport untouched = databases.verify(CHUNK_ROWS, all);
            assertThat(untouched.differences()).as("seed %d", seed).isEmpty();

            Map<String, List<String>> expected = new TreeMap<>();
            for (TableProgress table : tables) {
                expected.put(
                        table.table().table(), plant(databases, table.table().table()));
            }
            VerifyReport report = databases.verify(CHUNK_ROWS, all);

            Map<String, List<String>> found = report.differences().stream()
                    .collect(Collectors.groupingBy(
                            difference -> difference.table().table(),
                            TreeMap::new,
                            Collectors.mapping(VerifiedKeysTest::text, Collectors.toList())));
            found.values().forEach(texts -> texts.sort(null));
            assertThat(found).as("seed %d", seed).isEqualTo(expected);
        }
    }

    private static List<TableProgress> fill(DatabasePair databases, Random random) throws SQLException {
        databases.both(KeyTypes.SETUP);
        List<TableProgress> tables = new ArrayList<>();
        StringBuilder sql = new StringBuilder();
        for (KeyTypes.KeyType type : KeyTypes.all()) {
            String numbers = KeyTypes.numbers(random, 40);
            for (String key : List.of("k, n", "g, k")) {
                String name = type.name() + (key.startsWith("k") ? "_first" : "_second");
                sql.append("CREATE TABLE ")
                        .append(name)
                        .append(" (v text, k ")
                        .append(type.sql())
                        .append(", g int, n bigint, PRIMARY KEY (")
                        .append(key)
                        .append("));\n");
                sql.append("INSERT INTO ")
                        .append(name)
                        .append(" SELECT 'v' || n, ")
                        .append(type.value())
                        // Types of few values get a group for each row.
                        .append(", row_number() OVER (ORDER BY n) / 3, n FROM ")
                        .append(numbers)
                        .append(" ORDER BY n ON CONFLICT DO NOTHING;\n");
                tables.add(key.startsWith("k") ? table(name, "k", "n") : table(name, "g", "k"));
            }
        }
        sql.append(KeyTypes.LATE_RULE).append("; ANALYZE");
        databases.both(sql.toString());
        return tables;
    }

    /** Loses a row, leaves one too many, and changes one; returns what is to be reported. */
    private static List<String> plant(DatabasePair databases, String name) throws SQLException {
        String from = " FROM public." + name;
        List<String> numbers = DatabasePair.query(databases.source(), "SELECT n" + from + " ORDER BY n");
        assertThat(numbers).as(name).hasSizeGreaterThan(9);
        String lost = numbers.get(4);
        String extra = numbers.get(6);
        String changed = numbers.get(numbers.size() - 1);
        String key = name.endsWith("_first") ? "ROW(k, n)" : "ROW(g, k)";
        List<String> labels = new ArrayList<>();
        for (String n : List.of(lost, extra, changed)) {
            labels.addAll(
                    DatabasePair.query(databases.source(), "SELECT " + key + "::text" + from + " WHERE n = " + n));
        }
        databases.atSource("DELETE" + from + " WHERE n = " + extra);
        databases.atDestination(
                "DELETE" + from + " WHERE n = " + lost,
                "UPDATE public." + name + " SET v = 'other' WHERE n = " + changed);
        if (name.startsWith("regclass")) {
            return List.of("extra ", "extra ", "missing ", "missing ");
        }
        return List.of("changed " + labels.get(2) + " [v]", "extra " + labels.get(1), "missing " + labels.get(0))
                .stream()
                .sorted()
                .toList();
    }

    private static String text(Difference difference) {
        String key = difference.key().startsWith("row hash ") ? "" : difference.key();
        return difference.kind().label() + " " + key
                + (difference.columns().isEmpty() ? "" : " " + difference.columns());
    }
}
