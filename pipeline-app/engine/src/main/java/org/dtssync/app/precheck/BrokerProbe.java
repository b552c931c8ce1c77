package org.dtssync.app.precheck;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.TlsProblem;
import org.dtssync.connectors.kafka.BadProperty;
import org.dtssync.connectors.kafka.BrokerAddresses;
import org.dtssync.connectors.kafka.BrokerAddresses.Answer;
import org.dtssync.connectors.kafka.BrokerAddresses.Found;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.KafkaFaults;
import org.dtssync.connectors.secrets.FileReferences;

/** Queries the brokers, within the time that the task file gives the precheck. */
final class BrokerProbe {

    private BrokerProbe() {}

    /**
     * Asks.
     *
     * @param limit how long each answer may take
     * @param ours whether a topic name belongs to the task
     * @throws SyncException of kind CONNECTION, PERMISSION or USAGE that explains why there is no response
     */
    static Brokers ask(KafkaSettings settings, Duration limit, Predicate<String> ours) {
        ClientProperties.require(settings.properties());
        requireBroker(settings, limit);
        Map<String, Object> properties = FileReferences.resolve(settings.properties());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Long.toString(Math.max(1, limit.toMillis() / 3)));
        properties.put(
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Long.toString(Math.max(1, limit.toMillis() * 2 / 3)));
        // Bootstrapping again with the same addresses would not help in this time, and fills the log.
        properties.put(AdminClientConfig.METADATA_RECOVERY_STRATEGY_CONFIG, "none");
        try (Admin admin = Admin.create(properties)) {
            Collection<Node> nodes = get(admin.describeCluster().nodes(), limit);
            Set<String> topics = get(
                    admin.listTopics(new ListTopicsOptions().listInternal(true)).names(), limit);
            Set<String> own = topics.stream().filter(ours).collect(Collectors.toSet());
            return new Brokers(nodes.size(), topics, settingsOf(admin, nodes, limit), topicBytes(admin, own, limit));
        } catch (ExecutionException e) {
            throw explain(settings, limit, Objects.requireNonNullElse(e.getCause(), e));
        } catch (TimeoutException | KafkaException e) {
            throw explain(settings, limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw explain(settings, limit, e);
        }
    }

    private static void requireBroker(KafkaSettings settings, Duration limit) {
        List<Answer> answers = BrokerAddresses.look(settings.properties(), limit);
        for (Answer answer : answers) {
            if (answer.found() == Found.OTHER) {
                throw new SyncException(
                        FaultKind.USAGE, "Kafka at " + answer.address() + " " + answer.reason() + ".", answer.remedy());
            }
        }
        boolean absent = answers.stream().noneMatch(answer -> answer.found() == Found.BROKER);
        if (absent && !answers.isEmpty()) {
            throw new SyncException(
                    FaultKind.CONNECTION,
                    "Kafka cannot be reached: "
                            + answers.stream()
                                    .map(answer -> answer.address() + " " + answer.reason())
                                    .collect(Collectors.joining("; "))
                            + ".",
                    answers.get(0).remedy());
        }
    }

    private static Map<String, String> settingsOf(Admin admin, Collection<Node> nodes, Duration limit)
            throws InterruptedException, TimeoutException, ExecutionException {
        ConfigResource broker = new ConfigResource(
                ConfigResource.Type.BROKER, nodes.iterator().next().idString());
        Map<String, String> settings = new HashMap<>();
        try {
            Config config = Objects.requireNonNull(
                    get(admin.describeConfigs(List.of(broker)).all(), limit).get(broker),
                    "Kafka describes each resource.");
            for (ConfigEntry entry : config.entries()) {
                if (entry.value() != null && !entry.isSensitive()) {
                    settings.put(entry.name(), entry.value());
                }
            }
        } catch (ExecutionException e) {
            // Managed brokers often do not show their settings; the checks that need them report it.
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw e;
            }
        }
        return settings;
    }

    private static Map<String, Long> topicBytes(Admin admin, Set<String> topics, Duration limit)
            throws InterruptedException, TimeoutException, ExecutionException {
        Map<String, Long> bytes = new HashMap<>();
        try {
            List<ConfigResource> resources = topics.stream()
                    .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                    .toList();
            get(admin.describeConfigs(resources).all(), limit)
                    .forEach((topic, config) -> bytes.put(
                            topic.name(),
                            Long.parseLong(config.get("max.message.bytes").value())));
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw e;
            }
        }
        return bytes;
    }

    private static <T> T get(KafkaFuture<T> future, Duration limit)
            throws InterruptedException, TimeoutException, ExecutionException {
        return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static SyncException explain(KafkaSettings settings, Duration limit, Throwable cause) {
        String brokers = "Kafka at " + settings;
        if (cause instanceof SslAuthenticationException) {
            return new SyncException(
                    FaultKind.CONNECTION,
                    brokers + " cannot be reached: "
                            + TlsProblem.of(cause).orElse(TlsProblem.OTHER).reason() + ".",
                    KafkaFaults.tlsRemedy(cause),
                    cause);
        }
        if (cause instanceof AuthenticationException) {
            return new SyncException(
                    FaultKind.PERMISSION,
                    brokers + " refused the login.",
                    "Correct security.protocol, sasl.mechanism and sasl.jaas.config in section kafka of the task file.",
                    cause);
        }
        if (cause instanceof AuthorizationException) {
            return new SyncException(
                    FaultKind.PERMISSION,
                    brokers + " does not let the account list topics.",
                    "Grant it DESCRIBE on the cluster and ALL on the topics of the task.",
                    cause);
        }
        Optional<SyncException> property = BadProperty.of(cause);
        if (property.isPresent()) {
            return property.get();
        }
        return new SyncException(
                FaultKind.CONNECTION,
                brokers + " gives no answer within " + limit.toSeconds() + " s.",
                "Check that the brokers are not overloaded (precheck: { timeout: 60s } waits longer), that the addresses in their advertised.listeners can be reached from here,"
                        + " and that security.protocol is what they speak.",
                cause);
    }
}
