package org.dtssync.connectors.kafka;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.dtssync.connectors.secrets.FileReferences;

/**
 * What an account may do with a topic and a transactional id, without making either: brokers check rights before they find that a
 * topic does not exist. A creation is only validated; the other requests name a topic that nobody has, so that nothing can happen.
 * The public clients look a topic up first and would not send them, which is why they are sent on a connection of our own.
 *
 * <p>Used by one thread, and closed.
 */
public final class AccessProbe implements AutoCloseable {

    /** What a task must be allowed to do. */
    public enum Right {
        /** To create topics. */
        CREATE,
        /** To read them. */
        READ,
        /** To write to them. */
        WRITE,
        /** To delete them. */
        DELETE,
        /** To write with a transactional id. */
        TRANSACTIONS
    }

    /** Later versions name topics by their ids alone. */
    private static final short LAST_FETCH_BY_NAME = 12;

    private static final short LAST_PRODUCE_BY_NAME = 12;
    private static final short FIRST_PRODUCE = 3;

    private static final long IDLE_MILLIS = 60_000;
    private static final int NODE = -1;

    private final Map<String, Object> properties;
    private final Duration limit;
    private final Metrics metrics = new Metrics();
    private final NetworkClient client;
    private final Node node;

    /**
     * Connects to a broker.
     *
     * @param properties client properties with {@code bootstrap.servers}
     * @param limit how long connecting, and each answer, may take
     * @throws IOException if no broker can be reached
     * @throws org.apache.kafka.common.KafkaException if a login or a property is refused
     */
    public AccessProbe(Map<String, String> properties, Duration limit) throws IOException {
        this.properties = FileReferences.resolve(properties);
        this.limit = limit;
        AdminClientConfig config = new AdminClientConfig(this.properties);
        LogContext log = new LogContext("[dts-sync] ");
        Selector selector = new Selector(
                IDLE_MILLIS,
                metrics,
                Time.SYSTEM,
                "dts-sync-probe",
                ClientUtils.createChannelBuilder(config, Time.SYSTEM, log),
                log);
        this.client = new NetworkClient(
                selector,
                new ManualMetadataUpdater(),
                "dts-sync-probe",
                1,
                50,
                1_000,
                -1,
                -1,
                (int) limit.toMillis(),
                limit.toMillis(),
                limit.toMillis(),
                Time.SYSTEM,
                true,
                new ApiVersions(),
                log,
                MetadataRecoveryStrategy.NONE);
        try {
            this.node = connect(config);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Node connect(AdminClientConfig config) throws IOException {
        IOException last = new IOException("no address");
        for (InetSocketAddress address : ClientUtils.parseAndValidateAddresses(config)) {
            Node candidate = new Node(NODE, address.getHostString(), address.getPort());
            try {
                if (NetworkClientUtils.awaitReady(client, candidate, Time.SYSTEM, limit.toMillis())) {
                    return candidate;
                }
                last = new IOException("no answer within " + limit.toSeconds() + " s");
            } catch (IOException e) {
                last = e;
            }
            client.close(candidate.idString());
        }
        throw last;
    }

    /**
     * Returns which rights are missing.
     *
     * @param topic a name that no topic has
     * @param transactionalId one that the task would use, or one with the same prefix
     * @throws IOException if the broker does not answer
     */
    public Set<Right> missing(String topic, String transactionalId) throws IOException {
        Set<Right> missing = EnumSet.noneOf(Right.class);
        if (!mayCreate(topic)) {
            missing.add(Right.CREATE);
        }
        TopicPartition partition = new TopicPartition(topic, 0);
        if (refused(fetch(partition)).isPresent()) {
            missing.add(Right.READ);
        }
        if (refused(write(partition)).isPresent()) {
            missing.add(Right.WRITE);
        }
        // Nothing is added to a transaction, for there is neither the topic nor a producer with this number.
        refused(AddPartitionsToTxnRequest.Builder.forClient(transactionalId, 0, (short) 0, List.of(partition)))
                .filter(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED::equals)
                .ifPresent(error -> missing.add(Right.TRANSACTIONS));
        if (refused(deletion(topic)).isPresent()) {
            missing.add(Right.DELETE);
        }
        return missing;
    }

    private boolean mayCreate(String topic) throws IOException {
        Map<String, Object> bounded = new HashMap<>(properties);
        bounded.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Long.toString(limit.toMillis()));
        bounded.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Long.toString(limit.toMillis()));
        try (Admin admin = Admin.create(bounded)) {
            admin.createTopics(
                            List.of(new NewTopic(topic, Optional.of(1), Optional.empty())),
                            new CreateTopicsOptions().validateOnly(true))
                    .all()
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof org.apache.kafka.common.errors.TimeoutException) {
                throw new IOException(e.getCause());
            }
            // Another reason to refuse it, such as a policy, is found by checks of its own or by the creation.
            return !(e.getCause() instanceof AuthorizationException);
        } catch (TimeoutException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static FetchRequest.Builder fetch(TopicPartition partition) {
        return FetchRequest.Builder.forConsumer(
                LAST_FETCH_BY_NAME,
                0,
                0,
                Map.of(partition, new FetchRequest.PartitionData(Uuid.ZERO_UUID, 0, 0, 1, Optional.empty())));
    }

    /** Without a record: it could not be written even to a topic that exists. */
    private AbstractRequest.Builder<ProduceRequest> write(TopicPartition partition) {
        ProduceRequestData data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs((int) limit.toMillis());
        data.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName(partition.topic())
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                .setIndex(partition.partition())
                                .setRecords(MemoryRecords.EMPTY))));
        return new AbstractRequest.Builder<>(ApiKeys.PRODUCE, FIRST_PRODUCE, LAST_PRODUCE_BY_NAME) {
            @Override
            public ProduceRequest build(short version) {
                return new ProduceRequest(data, version);
            }
        };
    }

    /** Records before the first one: none, even if another client creates the topic at this moment. */
    private static DeleteRecordsRequest.Builder deletion(String topic) {
        DeleteRecordsRequestData data = new DeleteRecordsRequestData().setTimeoutMs(1_000);
        data.topics()
                .add(new DeleteRecordsRequestData.DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new DeleteRecordsRequestData.DeleteRecordsPartition()
                                .setPartitionIndex(0)
                                .setOffset(0))));
        return new DeleteRecordsRequest.Builder(data);
    }

    /** Returns the error of an authorization that failed; empty if the request was allowed, whatever else became of it. */
    private Optional<Errors> refused(AbstractRequest.Builder<?> request) throws IOException {
        return NetworkClientUtils.sendAndReceive(
                        client,
                        client.newClientRequest(node.idString(), request, Time.SYSTEM.milliseconds(), true),
                        Time.SYSTEM)
                .responseBody()
                .errorCounts()
                .keySet()
                .stream()
                .filter(error -> error.exception() instanceof AuthorizationException)
                .findFirst();
    }

    @Override
    public void close() {
        client.close();
        metrics.close();
    }
}
