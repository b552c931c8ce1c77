package org.dtssync.app.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Debezium's source and JDBC sink in a standalone worker of Kafka Connect. */
final class ConnectSink implements Contender {

    private final Lab lab;
    private final Workload workload;
    private final Database source;
    private final Database destination;
    private final String slot;
    private final Path directory;
    private @Nullable Child running;

    ConnectSink(Lab lab, Workload workload, Database source, Database destination) {
        this.lab = lab;
        this.workload = workload;
        this.source = source;
        this.destination = destination;
        this.slot = "c_" + destination.name();
        this.directory = lab.directory().resolve(slot);
    }

    @Override
    public String name() {
        return "Debezium and its JDBC sink";
    }

    @Override
    public void prepare() {
        workload.createTables(destination);
        Seeds.copy(workload, source, destination);
        Slots.create(source, slot);
        write("worker.properties", """
                bootstrap.servers=%1$s
                offset.storage.file.filename=%2$s/offsets
                offset.flush.interval.ms=5000
                listeners=http://127.0.0.1:0
                key.converter=org.dtssync.connectors.avro.AvroConverter
                key.converter.schema.registry.url=%3$s
                value.converter=org.dtssync.connectors.avro.AvroConverter
                value.converter.schema.registry.url=%3$s
                connector.client.config.override.policy=All
                plugin.discovery=only_scan
                """.formatted(lab.bootstrapServers(), directory, lab.registryUrl()));
        write("source.properties", """
                name=%1$s-source
                connector.class=io.debezium.connector.postgresql.PostgresConnector
                tasks.max=1
                topic.prefix=%1$s
                plugin.name=pgoutput
                slot.name=%1$s
                publication.name=%1$s
                publication.autocreate.mode=disabled
                database.hostname=127.0.0.1
                database.port=%2$d
                database.dbname=%3$s
                database.user=postgres
                database.password=
                snapshot.mode=no_data
                poll.interval.ms=5
                max.batch.size=8192
                max.queue.size=32768
                topic.creation.default.replication.factor=1
                topic.creation.default.partitions=1
                producer.override.compression.type=lz4
                producer.override.linger.ms=20
                producer.override.batch.size=262144
                """.formatted(slot, source.port(), source.name()));
        write("sink.properties", """
                name=%1$s-sink
                connector.class=io.debezium.connector.jdbc.JdbcSinkConnector
                tasks.max=1
                topics.regex=%1$s\\\\.public\\\\..*
                connection.url=jdbc:postgresql://127.0.0.1:%2$d/%3$s
                connection.username=postgres
                connection.password=
                insert.mode=upsert
                delete.enabled=true
                primary.key.mode=record_key
                schema.evolution=none
                collection.name.format=public.${source.table}
                batch.size=5000
                consumer.override.max.poll.records=5000
                consumer.override.auto.offset.reset=earliest
                consumer.override.metadata.max.age.ms=1000
                """.formatted(slot, destination.port(), destination.name()));
    }

    private void write(String file, String text) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start() {
        running = Child.start(
                slot,
                directory,
                Map.of(),
                lab.layout()
                        .java(
                                List.of("-Xmx1g", "-XX:+UseParallelGC", Child.heapLogOption(slot, directory)),
                                lab.layout().connectClassPath(),
                                "org.apache.kafka.connect.cli.ConnectStandalone",
                                directory.resolve("worker.properties").toString(),
                                directory.resolve("source.properties").toString(),
                                directory.resolve("sink.properties").toString()));
    }

    @Override
    public Optional<Database> destination() {
        return Optional.of(destination);
    }

    @Override
    public Optional<Child> process() {
        return Optional.ofNullable(running);
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
        Slots.drop(source, slot);
        source.execute("DROP PUBLICATION " + slot);
    }
}
