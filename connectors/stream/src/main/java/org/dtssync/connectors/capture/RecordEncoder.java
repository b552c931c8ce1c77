package org.dtssync.connectors.capture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.TopicNames;

/**
 * Serializes Debezium's change records, each by its table's {@link TableEncoder}.
 *
 * <p>Not thread-safe.
 */
final class RecordEncoder {

    private static final String MOVED_TO = "__debezium.newkey";
    private static final String MOVED_FROM = "__debezium.oldkey";

    private final Map<String, CapturedTable> tables = new HashMap<>();
    private final Map<String, TableEncoder> encoders = new HashMap<>();
    private final Converter keyConverter;
    private final Converter valueConverter;

    /** The row that an update of the primary key is about to move: Debezium sends it as two records in a row. */
    private Struct moving;

    private List<SeenStructure> announced = new ArrayList<>();

    RecordEncoder(CaptureSettings settings, Converter keyConverter, Converter valueConverter) {
        TopicNames names = new TopicNames(settings.task());
        settings.tables()
                .forEach(table -> tables.put(
                        names.table(table.table().schema(), table.table().table()), table));
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
    }

    List<EncodedChange> encode(SourceRecord record) {
        Struct value = (Struct) record.value();
        Struct movedFrom = null;
        if (!record.headers().isEmpty()) {
            if (record.headers().lastWithName(MOVED_TO) != null) {
                moving = value.getStruct("before");
            } else if (record.headers().lastWithName(MOVED_FROM) != null) {
                movedFrom = moving;
                moving = null;
            }
        }
        return encoder(record.topic(), value).encode(value, movedFrom);
    }

    /** Hands over the structures in which records arrived since this was last called. */
    List<SeenStructure> takeAnnounced() {
        List<SeenStructure> taken = announced;
        announced = new ArrayList<>();
        return taken;
    }

    private TableEncoder encoder(String topic, Struct value) {
        TableEncoder encoder = encoders.get(topic);
        if (encoder == null || !encoder.isFor(value.schema())) {
            CapturedTable table = tables.get(topic);
            if (table == null) {
                throw unknownTable(value);
            }
            encoder = new TableEncoder(topic, table, value.schema(), keyConverter, valueConverter);
            encoders.put(topic, encoder);
            announced.add(encoder.structure());
        }
        return encoder;
    }

    private static SyncException unknownTable(Struct value) {
        Struct source = value.getStruct("source");
        return new SyncException(
                FaultKind.STRUCTURE_CHANGED,
                "Table " + source.getString("schema") + "." + source.getString("table")
                        + " is in the publication but does not belong to the task: it was renamed, or the publication was"
                        + " changed.",
                "Take the table out of the publication.");
    }
}
