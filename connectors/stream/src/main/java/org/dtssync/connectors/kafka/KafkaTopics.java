package org.dtssync.connectors.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Creates, looks up and deletes the task's topics.
 *
 * <p>Thread-safe as far as {@link Admin} is; the owner closes it.
 */
public final class KafkaTopics implements AutoCloseable {

    /** Longest wait for one response of the brokers. */
    private static final long ANSWER_SECONDS = 30;

    private static final long PAUSE_MILLIS = 50;

    private static final int NEW_TOPIC_TRIES = 100;

    private static final String MESSAGE_BYTES = "max.message.bytes";

    private final Admin admin;

    /**
     * Connects lazily, with the given client properties.
     *
     * @throws SyncException of kind USAGE if a property has a value that no client accepts
     */
    public KafkaTopics(Map<String, String> kafka) {
        ClientProperties.require(kafka);
        this.admin = Admin.create(
                ClientProperties.of(kafka, Map.of("default.api.timeout.ms", "20000", "request.timeout.ms", "15000")));
    }

    /**
     * Creates topics that do not exist yet, with one partition each.
     *
     * @param names their names
     * @param replicationFactor replicas of each partition
     * @param config topic properties
     * @return the names of those that already existed; their properties are unchanged
     */
    public Set<String> create(Collection<String> names, int replicationFactor, Map<String, String> config) {
        return create(names, replicationFactor, name -> config);
    }

    /** Creates topics as the other method does, each with properties of its own. */
    public Set<String> create(
            Collection<String> names, int replicationFactor, Function<String, Map<String, String>> config) {
        Set<String> existed = new HashSet<>();
        List<NewTopic> topics = new ArrayList<>();
        names.forEach(name -> topics.add(new NewTopic(name, 1, (short) replicationFactor).configs(config.apply(name))));
        admin.createTopics(topics).values().forEach((name, future) -> {
            try {
                get(future);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw KafkaFaults.explain("Topic " + name + " could not be created", e);
                }
                existed.add(name);
            }
        });
        return existed;
    }

    /**
     * Raises the message limit of topics to this many bytes where it is lower.
     *
     * @return the message limit of each now, in bytes; the requested one if the account may not read it
     */
    public Map<String, Long> raiseMessageBytes(Collection<String> names, long bytes) {
        Map<String, Long> now = new HashMap<>();
        Map<ConfigResource, Collection<AlterConfigOp>> raises = new HashMap<>();
        AlterConfigOp raise =
                new AlterConfigOp(new ConfigEntry(MESSAGE_BYTES, Long.toString(bytes)), AlterConfigOp.OpType.SET);
        numbers(topicResources(names), MESSAGE_BYTES).forEach((resource, current) -> {
            if (current.isPresent() && current.get() < bytes) {
                raises.put(resource, List.of(raise));
            }
            now.put(resource.name(), Math.max(bytes, current.orElse(bytes)));
        });
        admin.incrementalAlterConfigs(raises).values().forEach((resource, future) -> {
            try {
                get(future);
            } catch (ExecutionException e) {
                throw KafkaFaults.explain(
                        "max.message.bytes of topic " + resource.name() + " could not be raised to " + bytes, e);
            }
        });
        return now;
    }

    private static List<ConfigResource> topicResources(Collection<String> names) {
        return names.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
    }

    /** Returns the largest request that the brokers accept, in bytes; empty if the account may not read it. */
    public OptionalLong requestBytes() {
        try {
            String node = get(admin.describeCluster().nodes()).iterator().next().idString();
            Optional<Long> bytes =
                    number(new ConfigResource(ConfigResource.Type.BROKER, node), "socket.request.max.bytes");
            return bytes.isPresent() ? OptionalLong.of(bytes.get()) : OptionalLong.empty();
        } catch (ExecutionException e) {
            throw KafkaFaults.explain("The limits of the brokers could not be read", e);
        }
    }

    private Optional<Long> number(ConfigResource resource, String setting) {
        return numbers(List.of(resource), setting).getOrDefault(resource, Optional.empty());
    }

    private Map<ConfigResource, Optional<Long>> numbers(Collection<ConfigResource> resources, String setting) {
        Map<ConfigResource, Optional<Long>> numbers = new HashMap<>();
        Set<ConfigResource> unknown = readNumbers(resources, setting, numbers, false);
        for (int left = NEW_TOPIC_TRIES; left > 0 && !unknown.isEmpty(); left--) {
            // A broker that has just been given a topic to lead may not know of it yet.
            pause();
            unknown = readNumbers(unknown, setting, numbers, left == 1);
        }
        return numbers;
    }

    private Set<ConfigResource> readNumbers(
            Collection<ConfigResource> resources,
            String setting,
            Map<ConfigResource, Optional<Long>> numbers,
            boolean last) {
        Set<ConfigResource> unknown = new HashSet<>();
        admin.describeConfigs(resources).values().forEach((resource, future) -> {
            try {
                ConfigEntry entry = get(future).get(setting);
                numbers.put(
                        resource,
                        Optional.ofNullable(entry).map(ConfigEntry::value).map(Long::valueOf));
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UnknownTopicOrPartitionException && !last) {
                    unknown.add(resource);
                    return;
                }
                if (!(e.getCause() instanceof AuthorizationException)) {
                    throw KafkaFaults.explain(
                            "Setting " + setting + " of " + resource.name() + " could not be read", e);
                }
                numbers.put(resource, Optional.empty());
            }
        });
        return unknown;
    }

    /** Returns those of the topics from which compaction may have removed records, as far as the account may see that. */
    public Set<String> compacted(Collection<String> names) {
        Set<String> compacted = new TreeSet<>();
        admin.describeConfigs(topicResources(names)).values().forEach((resource, future) -> {
            try {
                ConfigEntry policy = get(future).get("cleanup.policy");
                if (policy != null && String.valueOf(policy.value()).contains("compact")) {
                    compacted.add(resource.name());
                }
            } catch (ExecutionException e) {
                boolean unseen = e.getCause() instanceof AuthorizationException
                        || e.getCause() instanceof UnknownTopicOrPartitionException;
                if (!unseen) {
                    throw KafkaFaults.explain("The settings of topic " + resource.name() + " could not be read", e);
                }
            }
        });
        return compacted;
    }

    /** Returns which of the names exist. */
    public Set<String> existing(Collection<String> names) {
        Set<String> existing = new HashSet<>(all());
        existing.retainAll(new HashSet<>(names));
        return existing;
    }

    /** Returns the ids of the topics that exist: a topic that was deleted and re-created has another one. */
    public Map<String, String> identifiers(Collection<String> names) {
        Map<String, String> identifiers = new HashMap<>();
        admin.describeTopics(names).topicNameValues().forEach((name, future) -> {
            try {
                TopicDescription description = get(future);
                identifiers.put(name, description.topicId().toString());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw KafkaFaults.explain("Topic " + name + " could not be looked up", e);
                }
            }
        });
        return identifiers;
    }

    /**
     * Returns the id of a topic that was just created, which not every broker may know of yet.
     *
     * @throws SyncException of kind TOPIC if it still does not exist after a while
     */
    public String identifier(String name) {
        return Objects.requireNonNull(madeIdentifiers(List.of(name)).get(name), "All are found, or it fails.");
    }

    /**
     * Returns the ids of topics that were just created, which not every broker may know of yet.
     *
     * @throws SyncException of kind TOPIC if one still does not exist after a while
     */
    public Map<String, String> madeIdentifiers(Collection<String> names) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
        Map<String, String> found = new HashMap<>();
        Set<String> missing = new TreeSet<>(names);
        while (true) {
            found.putAll(identifiers(missing));
            missing.removeAll(found.keySet());
            if (missing.isEmpty()) {
                return found;
            }
            if (System.nanoTime() > deadline) {
                throw new SyncException(
                        FaultKind.TOPIC,
                        "Topic " + missing.iterator().next() + " was created but does not exist.",
                        "See the broker's log.");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFaults.explain("Interrupted while waiting for a topic", e);
        }
    }

    /**
     * Finds topics that were deleted or re-created.
     *
     * @param expected each topic's name with the identifier it had
     * @return what happened to them, each as the end of a sentence; empty if all are the same
     */
    public Map<String, String> changed(Map<String, String> expected) {
        Map<String, String> now = identifiers(expected.keySet());
        Map<String, String> changed = new TreeMap<>();
        expected.forEach((name, identifier) -> {
            if (!now.containsKey(name)) {
                changed.put(name, "was deleted");
            } else if (!now.get(name).equals(identifier)) {
                changed.put(name, "was deleted and re-created");
            }
        });
        return changed;
    }

    /** Returns the names of all topics in the cluster that this account may see. */
    public Set<String> all() {
        try {
            return get(admin.listTopics().names());
        } catch (ExecutionException e) {
            throw KafkaFaults.explain("The topics could not be listed", e);
        }
    }

    /** Returns whether a topic of one partition has, or once had, a record. */
    public boolean wasWritten(String name) {
        TopicPartition partition = new TopicPartition(name, 0);
        try {
            return get(admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition))
                            .offset()
                    > 0;
        } catch (ExecutionException e) {
            throw KafkaFaults.explain("The end of topic " + name + " could not be looked up", e);
        }
    }

    /** Deletes topics; ignores those that do not exist. */
    public void delete(Collection<String> names) {
        admin.deleteTopics(names).topicNameValues().forEach((name, future) -> {
            try {
                get(future);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw KafkaFaults.explain("Topic " + name + " could not be deleted", e);
                }
            }
        });
    }

    private static <T> T get(KafkaFuture<T> future) throws ExecutionException {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFaults.explain("Interrupted while waiting for Kafka", e);
        } catch (TimeoutException e) {
            throw KafkaFaults.explain(
                    "The topics could not be looked up",
                    new org.apache.kafka.common.errors.TimeoutException(e.getMessage()));
        }
    }

    @Override
    public void close() {
        admin.close(java.time.Duration.ofSeconds(2));
    }
}
