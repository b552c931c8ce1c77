package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.config.NearestKey;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.app.state.BaseRecords;
import org.dtssync.app.state.BaseRecords.RecordedBase;
import org.dtssync.connectors.kafka.ClientProperties;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;

/** Whether the brokers can hold the task's topics and records. */
final class KafkaChecks {

    private static final long OUR_TRANSACTION_MILLIS = 60_000;
    private static final long LOAD_BYTES_A_SECOND = 20L << 20;
    private static final long CAUTION = 3;
    private static final Duration SOON = Duration.ofHours(24);

    private KafkaChecks() {}

    private static TopicNames names(Ends ends) {
        return new TopicNames(ends.task().name());
    }

    private static String topic(Ends ends, TableName table) {
        return names(ends).table(table.schema(), table.table());
    }

    /** A task of an earlier release needs no other rights than it has. */
    private static TopicNames.Layout layout(Ends ends) {
        return names(ends)
                .found(ends.brokers().topics(), topic -> wasWritten(ends, topic))
                .layout();
    }

    private static boolean wasWritten(Ends ends, String topic) {
        try (KafkaTopics topics = new KafkaTopics(ends.task().kafka().properties())) {
            return topics.wasWritten(topic);
        }
    }

    /** Kafka refuses topics whose names differ only by dots and underscores: its metrics could not distinguish them. */
    static void topicNames(Ends ends, Findings findings) {
        Map<String, TableName> taken = new HashMap<>();
        for (CatalogTable table : ends.captured()) {
            String topic = topic(ends, table.name());
            if (topic.length() > TopicNames.MAX_LENGTH) {
                findings.fail(
                        table.name().toString(),
                        "The topic of table " + table.name() + " would have " + topic.length()
                                + " characters; Kafka allows " + TopicNames.MAX_LENGTH + ".",
                        "objects: { exclude: [ \"" + table.name() + "\" ] }");
            }
            TableName other = taken.putIfAbsent(topic.replace('.', '_'), table.name());
            if (other != null) {
                findings.fail(
                        table.name().toString(),
                        "The topics of tables " + other + " and " + table.name()
                                + " differ only by a dot and an underscore, which Kafka does not allow.",
                        "objects: { exclude: [ \"" + table.name() + "\" ] } -- and migrate it in a separate task");
            }
        }
        findings.passIfNothingFound("topics", "Every table's topic has a unique name.");
    }

    static void existingTopics(Ends ends, Findings findings) {
        if (ends.progress().isPresent()) {
            findings.pass("topics", "The task has already started; the topics are its own.");
            return;
        }
        for (String topic : new TreeSet<>(ends.brokers().topics())) {
            if (names(ends).isOurs(topic)) {
                findings.fail(
                        topic,
                        "Topic " + topic + " already exists, but the destination has no task "
                                + ends.task().name() + ".",
                        "Run dts-sync release --topics with this task file, or give the task another name.");
            }
        }
        collisions(ends, findings);
        findings.passIfNothingFound("topics", "No topic of this task exists yet.");
    }

    private static void collisions(Ends ends, Findings findings) {
        Map<String, String> taken = new HashMap<>();
        ends.brokers().topics().forEach(topic -> taken.put(topic.replace('.', '_'), topic));
        for (CatalogTable table : ends.captured()) {
            String topic = topic(ends, table.name());
            String other = taken.get(topic.replace('.', '_'));
            if (other != null && !names(ends).isOurs(other)) {
                findings.fail(
                        table.name().toString(),
                        "The topic " + topic + " of table " + table.name() + " differs from the existing topic " + other
                                + " only by dots and underscores, which Kafka does not allow.",
                        "Give the task another name.");
            }
        }
    }

    /** Kafka's clients ignore what they do not know, so a misspelled property would have no effect. */
    static void properties(Ends ends, Findings findings) {
        ClientProperties.unknown(ends.task().kafka().properties())
                .forEach(key -> findings.warn(
                        "kafka." + key,
                        "Property kafka." + key + " of the task file is known to no Kafka client: it has no effect,"
                                + " unless a class that the task file names reads it.",
                        "Did you mean kafka." + NearestKey.of(key, ClientProperties.known())
                                + "? Correct or remove it."));
        findings.passIfNothingFound("kafka", "Kafka's clients know every property of section kafka.");
    }

    /** Those of reverse replication are needed from the first switchover on, and checked with its other preconditions. */
    static void rights(Ends ends, Findings findings) {
        TopicRights rights = new TopicRights(ends.task());
        for (TopicRights.Missing missing : rights.missing(ends.task().taskName(), layout(ends))) {
            findings.fail("topics", missing.message(), Advice.text(Place.KAFKA, missing.remedy()));
        }
        findings.passIfNothingFound("topics", "The account may create, read, write and delete the topics of the task.");
    }

    static void replicationFactor(Ends ends, Findings findings) {
        int wanted = ends.task().topics().replicationFactor();
        int brokers = ends.brokers().count();
        if (wanted > brokers) {
            findings.fail(
                    "topics",
                    "topics.replication.factor is " + wanted + ", but Kafka has " + brokers
                            + (brokers == 1 ? " broker." : " brokers."),
                    "topics: { replication.factor: " + brokers + " }");
        } else if (wanted == 1 && brokers > 2) {
            findings.warn(
                    "topics",
                    "topics.replication.factor is 1: the loss of one of the " + brokers + " brokers loses changes.",
                    "topics: { replication.factor: 3 }");
        }
        findings.passIfNothingFound(
                "topics",
                "Kafka has " + brokers + (brokers == 1 ? " broker" : " brokers") + " for " + wanted + " copies.");
    }

    static void transactionTimeout(Ends ends, Findings findings) {
        Optional<Long> most = ends.brokers().number("transaction.max.timeout.ms");
        if (most.isPresent() && most.get() < OUR_TRANSACTION_MILLIS) {
            findings.fail(
                    "kafka",
                    "transaction.max.timeout.ms of the brokers is " + most.get()
                            + " ms, but the task's transactions need " + OUR_TRANSACTION_MILLIS + " ms.",
                    "transaction.max.timeout.ms=900000 -- in the brokers' server.properties");
        }
        findings.passIfNothingFound(
                "kafka",
                most.isPresent()
                        ? "The brokers allow transactions of " + most.get() / 1000 + " s."
                        : "The brokers do not show their settings to this account; their defaults are enough.");
    }

    /** What lies between two bases can be replayed as long as the topics have everything since the earlier one. */
    static void bases(Ends ends, Findings findings) throws SQLException {
        Optional<RecordedBase> newest =
                BaseRecords.newest(ends.destination(), ends.task().name());
        Optional<Instant> until =
                newest.flatMap(base -> base.reachedUntil(ends.task().topics().leastRetentionMillis()));
        Instant now = Instant.now();
        if (until.isPresent() && until.get().isBefore(now.plus(SOON))) {
            String base = "the newest base, of cut " + newest.orElseThrow().cut() + " in "
                    + newest.orElseThrow().place();
            findings.warn(
                    "topics",
                    until.get().isBefore(now)
                            ? "The retention of the topics no longer covers what follows " + base + ", since "
                                    + until.get().truncatedTo(ChronoUnit.SECONDS) + "."
                            : "The retention of the topics covers what follows " + base + " only until "
                                    + until.get().truncatedTo(ChronoUnit.SECONDS) + ".",
                    Advice.text(Place.DESTINATION, "Take another base: dts-sync base TASK.yaml --to DIR"));
        }
        findings.passIfNothingFound(
                "topics",
                newest.isPresent()
                        ? "The topics retain everything that follows the newest base."
                        : "No base was taken.");
    }

    /** Changes wait in the topics during the initial load; those that expire before they are applied are lost. */
    static void retention(Ends ends, Findings findings) throws SQLException {
        long retentionMillis = ends.task().topics().leastRetentionMillis();
        long bytes = ends.tables().stream().mapToLong(CatalogTable::bytes).sum();
        long loadMillis = bytes * 1000 / LOAD_BYTES_A_SECOND;
        long safeMillis = loadMillis * CAUTION;
        if (retentionMillis >= 0 && retentionMillis < safeMillis) {
            String message = "topics.retention.ms is " + retentionMillis / 60_000 + " minutes, and loading "
                    + Size.of(bytes) + " takes about " + loadMillis / 60_000
                    + ": changes that expire before they are applied are lost, and the task stops.";
            String remedy = "topics: { retention.ms: " + Math.max(safeMillis, 604_800_000L) + " }";
            if (retentionMillis < loadMillis) {
                findings.fail("topics", message, remedy);
            } else {
                findings.warn("topics", message, remedy);
            }
        }
        findings.passIfNothingFound("topics", "Changes are retained for longer than the load will take.");
    }
}
