package org.dtssync.app.bench;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.spi.OffsetCommitPolicy;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.MemoryOffsetBackingStore;

/** The process of {@link Ceiling}: prints how many records came, and {@link #END} when the marker did. */
public final class DiscardingEngine {

    /** Printed when the last record of the backlog came; the process waits to be ended then. */
    static final String END = "end";

    /** Comes before milliseconds since 1970 and the number of records so far. */
    static final String PROGRESS = "progress ";

    private DiscardingEngine() {}

    /** Reads port, database and slot from the command line. */
    public static void main(String[] arguments) throws InterruptedException {
        long[] count = new long[1];
        CountDownLatch ended = new CountDownLatch(1);
        DebeziumEngine<RecordChangeEvent<SourceRecord>> engine = DebeziumEngine.create(
                        ChangeEventFormat.of(Connect.class))
                .using(settings(arguments[0], arguments[1], arguments[2]))
                .using(OffsetCommitPolicy.always())
                .using((success, message, error) -> {
                    System.out.println("engine ended: " + message + " " + error);
                    ended.countDown();
                })
                .notifying(
                        (List<RecordChangeEvent<SourceRecord>> events,
                                DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer) -> {
                            boolean marker = false;
                            for (RecordChangeEvent<SourceRecord> event : events) {
                                marker |= event.record().topic().endsWith(".marker");
                            }
                            count[0] += events.size();
                            committer.markProcessed(events.get(events.size() - 1));
                            committer.markBatchFinished();
                            System.out.println(PROGRESS + System.currentTimeMillis() + " " + count[0]);
                            if (marker) {
                                System.out.println(END);
                            }
                        })
                .build();
        Thread thread = new Thread(engine, "engine");
        thread.start();
        ended.await();
    }

    /** As one would set it for throughput, and nothing that only dts-sync needs. */
    private static Properties settings(String port, String database, String slot) {
        Properties properties = new Properties();
        properties.setProperty("name", slot);
        properties.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        properties.setProperty("topic.prefix", "ceiling");
        properties.setProperty("plugin.name", "pgoutput");
        properties.setProperty("slot.name", slot);
        properties.setProperty("publication.name", slot);
        properties.setProperty("publication.autocreate.mode", "disabled");
        properties.setProperty("database.hostname", "127.0.0.1");
        properties.setProperty("database.port", port);
        properties.setProperty("database.dbname", database);
        properties.setProperty("database.user", Database.USER);
        properties.setProperty("database.password", "");
        properties.setProperty("snapshot.mode", "no_data");
        properties.setProperty("offset.storage", MemoryOffsetBackingStore.class.getName());
        properties.setProperty("offset.flush.interval.ms", "0");
        properties.setProperty("bootstrap.servers", "unused:1");
        properties.setProperty("tombstones.on.delete", "false");
        properties.setProperty("schema.refresh.mode", "columns_diff_exclude_unchanged_toast");
        properties.setProperty("poll.interval.ms", "5");
        properties.setProperty("max.batch.size", "8192");
        properties.setProperty("max.queue.size", "32768");
        return properties;
    }
}
