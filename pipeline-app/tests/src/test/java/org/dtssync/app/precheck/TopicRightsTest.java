package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.pipeline.ReverseTopics;
import org.dtssync.app.testing.GuardedKafka;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Each right that an account lacks at a broker with ACLs is named, for both directions, and nothing is made to find out. */
class TopicRightsTest {

    @TempDir
    static Path directory;

    private static GuardedKafka kafka;

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @BeforeAll
    static void start() {
        kafka = GuardedKafka.start(directory.resolve("kafka"));
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void namesEachRightThatIsMissing() throws SQLException {
        servers.kafka = new KafkaSettings(false, kafka.properties());
        TaskFile task = servers.task();
        kafka.grantEverything("shop");
        assertThat(servers.of("topic-rights")).extracting(PrecheckItem::result).containsOnly(PrecheckItem.Result.PASS);
        assertThat(new ReverseTopics(task).gates()).extracting(Gate::result).containsOnly(Gate.Result.PASS);

        List<String> verbs = List.of("create topics", "read topics", "write to topics", "delete topics");
        for (int i = 0; i < verbs.size(); i++) {
            AclOperation operation = GuardedKafka.OF_TOPICS.get(i);
            String sentence = "Kafka does not let the account " + verbs.get(i) + " whose names begin with 'shop";
            kafka.revoke(ResourceType.TOPIC, "shop.", operation);
            kafka.revoke(ResourceType.TOPIC, "shop_reverse.", operation);

            assertThat(servers.of("topic-rights"))
                    .as("without %s", operation)
                    .singleElement()
                    .satisfies(item -> assertThat(item.message()).startsWith(sentence + "."))
                    .satisfies(item -> assertThat(item.result()).isEqualTo(FAIL))
                    .satisfies(item -> assertThat(item.remedy())
                            .startsWith("kafka-acls.sh ")
                            .contains("User:mover --operation", "--topic shop. --resource-pattern-type prefixed"));
            assertThat(Gate.failed(new ReverseTopics(task).gates()))
                    .as("reverse, without %s", operation)
                    .singleElement()
                    .satisfies(gate -> assertThat(gate.message()).startsWith(sentence + "_reverse."));

            kafka.grant(ResourceType.TOPIC, "shop.", operation);
            kafka.grant(ResourceType.TOPIC, "shop_reverse.", operation);
        }

        kafka.revoke(ResourceType.TOPIC, "__dts_sync.shop.", AclOperation.WRITE);
        assertThat(servers.of("topic-rights"))
                .extracting(PrecheckItem::message)
                .containsExactly(
                        "Kafka does not let the account write to topics whose names begin with '__dts_sync.shop.'.");
        kafka.grant(ResourceType.TOPIC, "__dts_sync.shop.", AclOperation.WRITE);

        kafka.revoke(ResourceType.TRANSACTIONAL_ID, "dts_sync_shop", AclOperation.WRITE);
        assertThat(servers.of("topic-rights"))
                .extracting(PrecheckItem::message)
                .containsExactly("Kafka does not let the account write with the transactional id dts_sync_shop.");
        assertThat(kafka.topics()).isEmpty();
    }

    @Test
    void namesAllOfThemAtOnceWithinSeconds() throws SQLException {
        servers.kafka = new KafkaSettings(false, kafka.properties());
        for (AclOperation operation : GuardedKafka.OF_TOPICS) {
            kafka.revoke(ResourceType.TOPIC, "shop.", operation);
            kafka.revoke(ResourceType.TOPIC, "__dts_sync.shop.", operation);
        }
        kafka.revoke(ResourceType.TRANSACTIONAL_ID, "dts_sync_shop", AclOperation.WRITE);
        long began = System.nanoTime();

        List<PrecheckItem> found = servers.of("topic-rights");

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        assertThat(found).hasSize(9).allMatch(item -> item.result() == FAIL);
    }
}
