package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.WARN;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.state.BaseRecords;
import org.dtssync.app.state.BaseRecords.RecordedBase;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.TopicValues;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is said of brokers with certain facts, and of the topics' names. */
class KafkaChecksTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @Test
    void refusesMoreCopiesThanBrokers() throws SQLException {
        servers.topics = new TopicSettings(3, -1, Map.of());

        assertThat(look(KafkaChecks::replicationFactor, new Brokers(1, Set.of(), Map.of())))
                .map(Finding::of)
                .containsExactly(new Finding(
                        "id",
                        "topics",
                        FAIL,
                        "topics.replication.factor is 3, but Kafka has 1 broker.",
                        "topics: { replication.factor: 1 }"));
    }

    @Test
    void namesPropertiesThatNoClientKnows() throws SQLException {
        servers.kafka = new KafkaSettings(
                false, Map.of("bootstrap.servers", "127.0.0.1:1", "secuity.protocol", "SSL", "linger.ms", "5"));

        assertThat(look(KafkaChecks::properties, null))
                .map(Finding::of)
                .containsExactly(new Finding(
                        "id",
                        "kafka.secuity.protocol",
                        WARN,
                        "Property kafka.secuity.protocol of the task file is known to no Kafka client: it has no effect, unless a"
                                + " class that the task file names reads it.",
                        "Did you mean kafka.security.protocol? Correct or remove it."));
    }

    @Test
    void warnsOfASingleCopyOnACluster() throws SQLException {
        assertThat(look(KafkaChecks::replicationFactor, new Brokers(3, Set.of(), Map.of())))
                .map(Finding::of)
                .containsExactly(new Finding(
                        "id",
                        "topics",
                        WARN,
                        "topics.replication.factor is 1: the loss of one of the 3 brokers loses changes.",
                        "topics: { replication.factor: 3 }"));
    }

    @Test
    void refusesTopicsOfAnUnknownTask() throws SQLException {
        servers.atSource("CREATE SCHEMA a; CREATE TABLE a.b_c (id int PRIMARY KEY)");
        servers.objects = new ObjectSelection(List.of("a.*"), List.of(), Owners.KEEP);

        assertThat(look(
                        KafkaChecks::existingTopics,
                        new Brokers(
                                1,
                                Set.of("shop.cuts", "shopping.cuts", "__dts_sync.shopping.cuts", "shop_a.b_c"),
                                Map.of())))
                .map(Finding::of)
                .containsExactly(
                        new Finding(
                                "id",
                                "shop.cuts",
                                FAIL,
                                "Topic shop.cuts already exists, but the destination has no task shop.",
                                "Run dts-sync release --topics with this task file, or give the task another name."),
                        new Finding(
                                "id",
                                "a.b_c",
                                FAIL,
                                "The topic shop.a.b_c of table a.b_c differs from the existing topic shop_a.b_c only by dots "
                                        + "and underscores, which Kafka does not allow.",
                                "Give the task another name."));
    }

    @Test
    void refusesTopicNamesThatCollideOrAreTooLong() throws SQLException {
        String wide = "ü".repeat(31);
        servers.atSource("CREATE SCHEMA a; CREATE TABLE a.b_c (id int PRIMARY KEY); CREATE SCHEMA a_b;"
                + " CREATE TABLE a_b.c (id int PRIMARY KEY); CREATE SCHEMA " + wide + "; CREATE TABLE " + wide + "."
                + wide
                + " (id int PRIMARY KEY)");
        servers.objects = new ObjectSelection(List.of("*"), List.of(), Owners.KEEP);

        List<PrecheckItem> found = look(KafkaChecks::topicNames, null);

        assertThat(found)
                .map(Finding::of)
                .containsExactly(
                        new Finding(
                                "id",
                                "a_b.c",
                                FAIL,
                                "The topics of tables a.b_c and a_b.c differ only by a dot and an underscore, which Kafka does "
                                        + "not allow.",
                                "objects: { exclude: [ \"a_b.c\" ] } -- and migrate it in a separate task"),
                        new Finding(
                                "id",
                                wide + "." + wide,
                                FAIL,
                                "The topic of table " + wide + "." + wide
                                        + " would have 440 characters; Kafka allows 249.",
                                "objects: { exclude: [ \"" + wide + "." + wide + "\" ] }"));
    }

    @Test
    void refusesBrokersWhoseTransactionsAreTooShort() throws SQLException {
        assertThat(look(
                        KafkaChecks::transactionTimeout,
                        new Brokers(1, Set.of(), Map.of("transaction.max.timeout.ms", "30000"))))
                .map(Finding::of)
                .containsExactly(new Finding(
                        "id",
                        "kafka",
                        FAIL,
                        "transaction.max.timeout.ms of the brokers is 30000 ms, but the task's transactions need 60000 ms.",
                        "transaction.max.timeout.ms=900000 -- in the brokers' server.properties"));
    }

    @Test
    void refusesARetentionShorterThanTheLoad() throws SQLException {
        servers.atSource("""
                CREATE TABLE docs (id int PRIMARY KEY, body text);
                ALTER TABLE docs ALTER body SET STORAGE EXTERNAL;
                INSERT INTO docs SELECT n, repeat('x', 1000000) FROM generate_series(1, 3) n
                """);
        servers.topics = new TopicSettings(1, 1, Map.of());
        List<PrecheckItem> tooShort = look(KafkaChecks::retention, null);
        servers.topics = new TopicSettings(1, 250, Map.of());
        List<PrecheckItem> narrow = look(KafkaChecks::retention, null);
        servers.topics = new TopicSettings(1, -1, Map.of());
        List<PrecheckItem> forEver = look(KafkaChecks::retention, null);

        assertThat(tooShort.get(0).result()).isEqualTo(FAIL);
        assertThat(tooShort.get(0).message())
                .matches(
                        "topics\\.retention\\.ms is 0 minutes, and loading \\d\\.\\d MB takes about 0: changes that expire before"
                                + " they are applied are lost, and the task stops\\.");
        assertThat(tooShort.get(0).remedy()).isEqualTo("topics: { retention.ms: 604800000 }");
        assertThat(narrow.get(0).result()).isEqualTo(WARN);
        assertThat(forEver.get(0).result()).isEqualTo(PrecheckItem.Result.PASS);
    }

    @Test
    void theNewestBaseIsReachedAsLongAsTheTableThatIsRetainedForTheShortestTime() throws SQLException {
        Instant now = Instant.now();
        DatabaseConnections destination =
                new DatabaseConnections(End.DESTINATION, servers.destinationSettings(), "test");
        new BaseRecords(destination, servers.task().name())
                .add(new RecordedBase("/backup/shop", 1, Lsn.parse("0/1"), now.minusSeconds(60), now));
        servers.topics = new TopicSettings(1, 604_800_000, Map.of());
        assertThat(bases()).extracting(PrecheckItem::result).containsExactly(PrecheckItem.Result.PASS);

        servers.topics = new TopicSettings(
                1,
                604_800_000,
                Map.of(),
                TopicValues.TEXT,
                TopicSettings.Snapshot.NONE,
                false,
                false,
                TopicSettings.Unchanged.PLACEHOLDER,
                Map.of("audit.*", Map.of("retention.ms", "1000")));
        assertThat(bases())
                .singleElement()
                .satisfies(item -> assertThat(item.message())
                        .startsWith("The retention of the topics no longer covers what follows the newest base"));
    }

    private List<PrecheckItem> bases() throws SQLException {
        Findings findings = new Findings("id", Stage.LOAD);
        try (Connection destination =
                new DatabaseConnections(End.DESTINATION, servers.destinationSettings(), "test").open()) {
            KafkaChecks.bases(new Ends(servers.task(), null, destination, null, Duration.ZERO, List::of), findings);
        }
        return findings.items();
    }

    private List<PrecheckItem> look(Check.Looking looking, @Nullable Brokers brokers) throws SQLException {
        Findings findings = new Findings("id", Stage.LOAD);
        try (Connection source = new DatabaseConnections(End.SOURCE, servers.sourceSettings(), "test").open()) {
            looking.look(new Ends(servers.task(), source, null, brokers, Duration.ZERO, List::of), findings);
        }
        return findings.items();
    }
}
