package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.PASS;
import static org.dtssync.app.precheck.PrecheckItem.Result.WARN;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.catalog.TableCatalog;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is said of rows, measured in a real database, against the limits on a record's way. */
class MessageSizeCheckTest {

    private static final Brokers BROKERS =
            new Brokers(1, Set.of(), Map.of("message.max.bytes", "1048588", "socket.request.max.bytes", "104857600"));

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @BeforeEach
    void aTableWithARowOfThreeMegabytes() throws SQLException {
        servers.atSource("""
                CREATE TABLE docs (id int PRIMARY KEY, title text, body text);
                ALTER TABLE docs ALTER body SET STORAGE EXTERNAL;
                INSERT INTO docs SELECT n, 'a title', repeat('x', 1000) FROM generate_series(1, 200) n;
                INSERT INTO docs VALUES (0, 'large', repeat('x', 3 << 20))
                """);
    }

    @Test
    void passesWhatFitsIntoTheProducersAndTheTopicsOwnDefaults() throws SQLException {
        assertThat(look(BROKERS))
                .map(Finding::of)
                .containsExactly(new Finding(
                        "id",
                        "records",
                        PASS,
                        "max.request.size allows records of 64.0 MB, and the largest row found has 3.0 MB (table"
                                + " public.docs; 1 tables read completely, 0 sampled).",
                        ""));
    }

    @Test
    void refusesARowAboveTheProducersLimit() throws SQLException {
        servers.kafka = new KafkaSettings(false, Map.of("max.request.size", "2097152", "buffer.memory", "33554432"));

        assertThat(look(BROKERS))
                .map(Finding::of)
                .containsExactly(new Finding(
                        "id",
                        "public.docs",
                        FAIL,
                        "Table public.docs has a row of 3.0 MB (column body: 3.0 MB), but max.request.size allows records of"
                                + " 2.0 MB: a change of that row would stop the task.",
                        "kafka: { max.request.size: 16777216 }"));
    }

    @Test
    void refusesARowAboveTheTopicsLimitUnlessItsTopicHasAnother() throws SQLException {
        servers.topics = new TopicSettings(1, -1, Map.of("max.message.bytes", "1048576"));

        List<PrecheckItem> before = look(BROKERS);
        List<PrecheckItem> existing =
                look(new Brokers(1, Set.of("shop.public.docs"), Map.of(), Map.of("shop.public.docs", 8_388_608L)));

        assertThat(before.get(0).result()).isEqualTo(FAIL);
        assertThat(before.get(0).message()).contains("max.message.bytes allows records of 1.0 MB");
        assertThat(before.get(0).remedy()).isEqualTo("topics: { config: { max.message.bytes: 16777216 } }");
        assertThat(existing).extracting(PrecheckItem::result).containsExactly(PASS);
    }

    @Test
    void refusesARowAboveWhatTheBrokersTakeInOneRequest() throws SQLException {
        List<PrecheckItem> found = look(new Brokers(1, Set.of(), Map.of("socket.request.max.bytes", "2000000")));

        assertThat(found.get(0).result()).isEqualTo(FAIL);
        assertThat(found.get(0).message()).contains("socket.request.max.bytes allows records of 1.9 MB");
        assertThat(found.get(0).remedy())
                .isEqualTo("socket.request.max.bytes=16777216 -- in the brokers' server.properties");
    }

    @Test
    void countsARowTwiceWhereUpdatesCarryItTwice() throws SQLException {
        servers.kafka = new KafkaSettings(false, Map.of("max.request.size", "5000000"));
        List<PrecheckItem> once = look(BROKERS);
        servers.atSource("ALTER TABLE docs REPLICA IDENTITY FULL");

        List<PrecheckItem> twice = look(BROKERS);

        assertThat(once).extracting(PrecheckItem::result).containsExactly(PASS);
        assertThat(twice).extracting(PrecheckItem::result).containsExactly(FAIL);
        assertThat(twice.get(0).message()).contains("which an update with REPLICA IDENTITY FULL contains twice");
    }

    @Test
    void measuresTheTextOfWhatIsStoredCompressed() throws SQLException {
        servers.atSource("""
                CREATE DOMAIN paper AS jsonb;
                CREATE TABLE papers (id int PRIMARY KEY, body paper);
                INSERT INTO papers SELECT n, to_jsonb(repeat('z', 10)) FROM generate_series(1, 50) n;
                INSERT INTO papers VALUES (0, to_jsonb(repeat('z', 6 << 20)))
                """);
        servers.kafka = new KafkaSettings(false, Map.of("max.request.size", "5000000"));

        List<PrecheckItem> found = look(BROKERS);

        assertThat(found).extracting(PrecheckItem::object).containsExactly("public.papers");
        assertThat(found.get(0).message())
                .startsWith("Table public.papers has a row of 6.0 MB (column body: 6.0 MB), but max.request.size");
    }

    @Test
    void saysWhatCouldNotBeMeasured() throws SQLException {
        servers.atSource("CREATE ROLE t_reader LOGIN");
        servers.user = "t_reader";

        assertThat(look(BROKERS))
                .map(Finding::of)
                .containsExactly(new Finding(
                        "id",
                        "public.docs",
                        WARN,
                        "The largest row of table public.docs could not be measured (SQLSTATE 42501); max.request.size "
                                + "allows records of 64.0 MB: a larger row stops the task at its first change.",
                        """
                        kafka: { max.request.size: 83886080, buffer.memory: 83886080 }
                        topics: { config: { max.message.bytes: 83886080 } } -- if it has larger rows"""));
    }

    @Test
    void givesUpATableThatTakesTooLong() throws SQLException {
        try (Connection locking = servers.sourceSession();
                Statement statement = locking.createStatement();
                Connection source = source()) {
            CatalogTable docs = new TableCatalog(servers.objects).read(source).get(0);
            locking.setAutoCommit(false);
            statement.execute("LOCK TABLE docs IN ACCESS EXCLUSIVE MODE");

            assertThat(new RowSizes(source).measure(docs, Duration.ofMillis(200)))
                    .isEmpty();
        }
    }

    private Connection source() {
        return new DatabaseConnections(End.SOURCE, servers.sourceSettings(), "test").open();
    }

    private List<PrecheckItem> look(Brokers brokers) throws SQLException {
        Findings findings = new Findings("id", Stage.LOAD);
        try (Connection source = source()) {
            MessageSizeCheck.look(new Ends(servers.task(), source, null, brokers, Duration.ZERO, List::of), findings);
        }
        return findings.items();
    }
}
