package org.dtssync.app.base;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.stream.FoundTopics;
import org.dtssync.app.stream.SharedRegistry;
import org.dtssync.app.stream.TopicCodecs;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.CutRecord;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.Cut.CutPartition;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;

/** What a base has to know about the cuts of a task. Not thread-safe. */
public final class CutTopic implements AutoCloseable {

    private final CutScan cuts;
    private final TopicNames names;

    /** Opens the cuts of a task. */
    public CutTopic(TaskFile file) {
        this.names = FoundTopics.of(file.name(), file.kafka().properties());
        TopicCodecs codecs = new TopicCodecs(names, file.converters(), new SharedRegistry(file.registry()));
        this.cuts = new CutScan(names, file.kafka().properties(), codecs.cuts());
    }

    /** Requires that cuts can be read, such as by this registry, before anything is written. */
    void requireReadable() {
        cuts.last().ifPresent(CutRecord::cut);
    }

    /** Returns the cut at a position of the destination. */
    BaseCut at(AppliedPosition position) {
        Cut cut = cuts.at(position.cutOffset())
                .filter(record -> record.offset() == position.cutOffset())
                .map(CutRecord::cut)
                .filter(found -> found.lsn() == position.lsn().value())
                .orElseThrow(() -> new SyncException(
                        FaultKind.TOPIC,
                        "Topic " + names.cuts() + " does not have the cut at " + position.lsn()
                                + " that the destination has applied.",
                        "Check kafka bootstrap.servers; a base fits the topics that its destination was filled from."));
        return new BaseCut(
                cut.sequence(),
                position.lsn(),
                position.cutOffset(),
                Optional.ofNullable(cut.commitTimeMicros()),
                Optional.ofNullable(cut.link()).map(Cut.Link::digest),
                cut.systemIdentifier());
    }

    /** Returns whether it has a cut. */
    public boolean has(BaseCut cut) {
        return cut.isIn(cuts);
    }

    /** Returns, for each table that cuts behind an offset touch, where the last of them ends. */
    Map<TableName, Lsn> touchedBehind(long offset, long lastOffset) {
        Map<String, Lsn> topics = new HashMap<>();
        cuts.seek(offset + 1);
        for (CutRecord record = cuts.next(); record != null && record.offset() <= lastOffset; record = cuts.next()) {
            Cut cut = record.cut();
            for (CutPartition part : cut.partitions()) {
                topics.put(part.topic(), new Lsn(cut.lsn()));
            }
        }
        Map<TableName, Lsn> tables = new HashMap<>();
        topics.forEach((topic, lsn) -> {
            TopicTable table = names.tableOf(topic);
            tables.put(new TableName(table.schema(), table.table()), lsn);
        });
        return tables;
    }

    /** Returns the topic of a table. */
    String topic(TableName table) {
        return names.table(table.schema(), table.table());
    }

    @Override
    public void close() {
        cuts.close();
    }
}
