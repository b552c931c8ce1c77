package org.dtssync.connectors.capture.debezium;

import io.debezium.DebeziumException;
import io.debezium.bean.StandardBeanNames;
import io.debezium.bean.spi.BeanRegistry;
import io.debezium.config.CommonConnectorConfig;
import io.debezium.config.Configuration;
import io.debezium.config.Field;
import io.debezium.connector.base.ChangeEventQueue;
import io.debezium.connector.common.BaseSourceTask;
import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.connector.common.DebeziumHeaderProducer;
import io.debezium.connector.postgresql.Module;
import io.debezium.connector.postgresql.PostgresChangeEventSourceCoordinator;
import io.debezium.connector.postgresql.PostgresChangeEventSourceFactory;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.connector.postgresql.PostgresTaskContext;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.spi.SlotState;
import io.debezium.heartbeat.HeartbeatFactory;
import io.debezium.jdbc.DefaultMainConnectionProvidingConnectionFactory;
import io.debezium.jdbc.JdbcConnection;
import io.debezium.jdbc.MainConnectionProvidingConnectionFactory;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import io.debezium.pipeline.DataChangeEvent;
import io.debezium.pipeline.ErrorHandler;
import io.debezium.pipeline.notification.NotificationService;
import io.debezium.pipeline.spi.Offsets;
import io.debezium.relational.CustomConverterRegistry;
import io.debezium.relational.TableId;
import io.debezium.schema.SchemaFactory;
import io.debezium.snapshot.SnapshotterService;
import io.debezium.spi.topic.TopicNamingStrategy;
import io.debezium.util.Clock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.connect.source.SourceRecord;
import org.dtssync.connectors.capture.ReadEnvelopes;
import org.dtssync.connectors.postgres.ReplicationSlot;
import org.jspecify.annotations.Nullable;

/**
 * Streams a replication slot with Debezium's public classes, and replaces those that lose values or cost too much with
 * subclasses. It makes no snapshot, creates no slot, and ends at the first failure.
 *
 * <p>Used by one thread, as Kafka Connect prescribes; {@link #abandon} may be called by any.
 */
public final class ExactPostgresTask extends BaseSourceTask<PostgresPartition, PostgresOffsetContext> {

    /** The property by which columns are described with what determines Debezium's forms of their values. */
    static final String DESCRIBED = "dts.sync.described";

    /** How often the server is notified that the stream is alive. */
    private static final Duration STATUS_INTERVAL = Duration.ofSeconds(5);

    private static final String CONTEXT_NAME = "exact-postgres-task";

    private final OpenedSessions opened = new OpenedSessions();
    private PostgresConnectorConfig configuration;
    private TaskContext taskContext;
    private @Nullable ExactErrorHandler errorHandler;
    private volatile EventQueue events;
    private @Nullable CatalogEnvelopes envelopes;
    private volatile boolean abandoned;

    private static final class TaskContext extends PostgresTaskContext {
        TaskContext(Configuration raw, PostgresConnectorConfig configuration) {
            super(raw, configuration);
        }
    }

    @Override
    public CdcSourceTaskContext<? extends CommonConnectorConfig> preStart(Configuration raw) {
        configuration = new PostgresConnectorConfig(raw);
        taskContext = new TaskContext(raw, configuration);
        events = new EventQueue(
                configuration.getMaxBatchSize(),
                configuration.getMaxQueueSize(),
                configuration.getMaxQueueSizeInBytes());
        if (abandoned) {
            events.close();
        }
        return taskContext;
    }

    @Override
    protected ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> start(Configuration raw) {
        EscapedNames names = new EscapedNames();
        CatalogConnection typeCatalog = opened(CatalogConnection.ofTypes(configuration.getJdbcConfig()));
        ExactTypeRegistry types = new ExactTypeRegistry(configuration.getJdbcConfig(), typeCatalog);
        boolean described = raw.getBoolean(DESCRIBED, false);
        ExactValues values = new ExactValues(configuration, types, described);
        MainConnectionProvidingConnectionFactory<PostgresConnection> connections =
                new DefaultMainConnectionProvidingConnectionFactory<>(
                        () -> opened(new CatalogConnection(configuration.getJdbcConfig(), types, values, names)));
        PostgresConnection catalog = connections.mainConnection();
        @SuppressWarnings("unchecked") // Debezium's is raw.
        TopicNamingStrategy<TableId> topics =
                configuration.getTopicNamingStrategy(CommonConnectorConfig.TOPIC_NAMING_STRATEGY);
        registerServiceProviders(configuration.getServiceRegistry());
        ExactSchema schema = schema(topics, values, names);
        opened.add(schema, schema);
        EscapedNames readNames = new EscapedNames();
        envelopes = new CatalogEnvelopes(new CatalogTables(
                types,
                schema(topics, values, readNames),
                readNames,
                configuration.getLogicalName(),
                raw.getString(PostgresConnectorConfig.DATABASE_NAME)));
        Offsets<PostgresPartition, PostgresOffsetContext> offsets = offsets(raw);
        registerBeans(raw, catalog, schema, values, offsets);
        return stream(connections, topics, schema, offsets);
    }

    private ExactSchema schema(TopicNamingStrategy<TableId> topics, ExactValues values, EscapedNames names) {
        return new ExactSchema(
                taskContext,
                topics,
                values,
                configuration.getServiceRegistry().tryGetService(CustomConverterRegistry.class),
                names);
    }

    /** Returns what makes envelopes of rows that are read; for the thread that started the task. */
    ReadEnvelopes envelopes() {
        return Objects.requireNonNull(envelopes, "The task was started.");
    }

    private CatalogConnection opened(CatalogConnection connection) {
        return opened.add(connection, connection::end);
    }

    private Offsets<PostgresPartition, PostgresOffsetContext> offsets(Configuration raw) {
        PostgresPartition partition = new PostgresPartition(
                configuration.getLogicalName(), raw.getString(PostgresConnectorConfig.DATABASE_NAME));
        return getPreviousOffsets(() -> Set.of(partition), new PostgresOffsetContext.Loader(configuration));
    }

    private void registerBeans(
            Configuration raw,
            JdbcConnection catalog,
            ExactSchema schema,
            ExactValues values,
            Offsets<PostgresPartition, PostgresOffsetContext> offsets) {
        BeanRegistry beans = configuration.getBeanRegistry();
        beans.add(StandardBeanNames.CONFIGURATION, raw);
        beans.add(StandardBeanNames.CONNECTOR_CONFIG, configuration);
        beans.add(StandardBeanNames.DATABASE_SCHEMA, schema);
        beans.add(StandardBeanNames.JDBC_CONNECTION, catalog);
        beans.add(StandardBeanNames.VALUE_CONVERTER, values);
        beans.add(StandardBeanNames.OFFSETS, offsets);
        beans.add(StandardBeanNames.CDC_SOURCE_TASK_CONTEXT, taskContext);
    }

    private ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> stream(
            MainConnectionProvidingConnectionFactory<PostgresConnection> connections,
            TopicNamingStrategy<TableId> topics,
            ExactSchema schema,
            Offsets<PostgresPartition, PostgresOffsetContext> offsets) {
        ReplicationSlot slot = new ReplicationSlot(configuration.slotName());
        SlotState state = slotState(connections.mainConnection(), slot);
        StreamedRows rows = new StreamedRows();
        RowMessages messages = new RowMessages(schema, topics);
        ReplicationSession replication =
                new ReplicationSession(connection(connections.mainConnection(), schema), slot, rows, messages);
        opened.add(replication, replication::end);
        ChangeEventQueue<DataChangeEvent> unused =
                UnusedQueue.create(() -> taskContext.configureLoggingContext(CONTEXT_NAME));
        errorHandler = new ExactErrorHandler(configuration, unused, events);
        NoMetadata metadata = new NoMetadata();
        ExactDispatcher dispatcher = new ExactDispatcher(
                configuration,
                topics,
                schema,
                unused,
                metadata,
                new HeartbeatFactory<TableId>().getScheduledHeartbeat(configuration, null, null, unused),
                configuration.getServiceRegistry().tryGetService(DebeziumHeaderProducer.class),
                events,
                rows,
                new RowEvents(messages));
        SnapshotterService snapshotter = configuration.getServiceRegistry().tryGetService(SnapshotterService.class);
        PostgresChangeEventSourceCoordinator started = new PostgresChangeEventSourceCoordinator(
                offsets,
                errorHandler,
                ExactPostgresConnector.class,
                configuration,
                new PostgresChangeEventSourceFactory(
                        configuration,
                        snapshotter,
                        connections,
                        errorHandler,
                        dispatcher,
                        Clock.system(),
                        schema,
                        taskContext,
                        replication,
                        null,
                        state),
                new NoStreamingMetrics(),
                dispatcher,
                schema,
                snapshotter,
                state,
                null,
                new NotificationService<>(
                        getNotificationChannels(),
                        configuration,
                        SchemaFactory.get(),
                        dispatcher::enqueueNotification));
        started.start(taskContext, unused, metadata);
        return started;
    }

    private SlotState slotState(PostgresConnection catalog, ReplicationSlot slot) {
        try {
            catalog.setAutoCommit(false);
            SlotState state = catalog.getReplicationSlotState(
                    configuration.slotName(), configuration.plugin().getPostgresPluginName());
            catalog.commit();
            if (state == null) {
                throw slot.gone();
            }
            return state;
        } catch (SQLException e) {
            throw new DebeziumException(e);
        }
    }

    private ReplicationConnection connection(PostgresConnection catalog, ExactSchema schema) {
        return ReplicationConnection.builder(configuration)
                .withSlot(configuration.slotName())
                .withPublication(configuration.publicationName())
                .withTableFilter(configuration.getTableFilters())
                .withPublicationAutocreateMode(PostgresConnectorConfig.AutoCreateMode.DISABLED)
                .withPlugin(configuration.plugin())
                .dropSlotOnClose(false)
                .createFailOverSlot(false)
                .statusUpdateInterval(STATUS_INTERVAL)
                .withTypeRegistry(catalog.getTypeRegistry())
                .withSchema(schema)
                .jdbcMetadataConnection(catalog)
                .build();
    }

    @Override
    protected List<SourceRecord> doPoll() throws InterruptedException {
        return events.poll();
    }

    /** Makes the polling thread and the one that reads the WAL end soon: the task is about to be stopped. */
    void abandon() {
        abandoned = true;
        EventQueue queue = events;
        if (queue != null) {
            queue.close();
        }
    }

    @Override
    protected void doStop() {
        abandon();
        opened.close();
    }

    /** Ends the sessions at the source even if Debezium could not stop in order. */
    void endSessions() {
        opened.close();
    }

    @Override
    protected Optional<ErrorHandler> getErrorHandler() {
        return Optional.ofNullable(errorHandler);
    }

    @Override
    protected String connectorName() {
        return Module.name();
    }

    @Override
    public String version() {
        return Module.version();
    }

    @Override
    protected Iterable<Field> getAllConfigurationFields() {
        return PostgresConnectorConfig.ALL_FIELDS;
    }
}
