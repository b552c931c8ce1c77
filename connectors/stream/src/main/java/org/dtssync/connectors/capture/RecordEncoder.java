package org.dtssync.connectors.capture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Serializes changes, each by its table's {@link TableEncoder}.
 *
 * <p>Not thread-safe.
 */
final class RecordEncoder {

    private final Map<String, CapturedTable> tables = new HashMap<>();
    private final Map<String, TableEncoder> encoders = new HashMap<>();
    private final TopicNames names;
    private final CaptureSettings.Topics topics;
    private final TransactionOrder order = new TransactionOrder();
    private final Converter keyConverter;
    private final Converter valueConverter;

    /** The row that an update of the primary key is about to move. */
    private @Nullable Struct moving;

    private List<SeenShape> announced = new ArrayList<>();

    RecordEncoder(
            CaptureSettings settings, List<CapturedTable> tables, Converter keyConverter, Converter valueConverter) {
        this.names = settings.names();
        this.topics = settings.topics();
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
        capture(tables);
    }

    /** Adds tables, or replaces them: what follows has these shapes. */
    void capture(List<CapturedTable> changed) {
        for (CapturedTable table : changed) {
            String topic = names.table(table.table().schema(), table.table().table());
            tables.put(topic, table);
            encoders.remove(topic);
        }
    }

    List<EncodedChange> encode(RowChange change) {
        Struct value = change.envelope();
        Struct movedFrom = null;
        switch (change.move()) {
            case LEAVES -> moving = value.getStruct("before");
            case ARRIVES -> {
                movedFrom = moving;
                moving = null;
            }
            case NONE -> {}
        }
        return encoder(change.topic(), value).encode(value, movedFrom);
    }

    /** A transaction has ended. */
    void endTransaction() {
        order.begin();
    }

    /** Returns the shapes in which records arrived since the last call. */
    List<SeenShape> takeAnnounced() {
        List<SeenShape> taken = announced;
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
            encoder = new TableEncoder(topic, table, value.schema(), topics, order, keyConverter, valueConverter);
            encoders.put(topic, encoder);
            announced.add(encoder.structure());
        }
        return encoder;
    }

    private static SyncException unknownTable(Struct value) {
        Struct source = value.getStruct("source");
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Table " + source.getString("schema") + "." + source.getString("table")
                        + " is in the publication but does not belong to the task: it was renamed, or the publication was"
                        + " changed.",
                "Remove the table from the publication.");
    }
}
