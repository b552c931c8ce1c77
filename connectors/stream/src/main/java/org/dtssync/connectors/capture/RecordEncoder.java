package org.dtssync.connectors.capture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.AvroConverter;
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

    /** A single new table asks for itself. */
    private static final int PREPARED_TOGETHER = 2;

    private final Map<String, CapturedTable> tables;
    private final Map<String, TableEncoder> encoders = new HashMap<>();

    /** Encoders of tables that are new in the events that come next. */
    private final Map<String, TableEncoder> prepared = new HashMap<>();

    private final TopicNames names;
    private final CaptureSettings.Topics topics;
    private final TransactionOrder order = new TransactionOrder();
    private final Converter keyConverter;
    private final Converter valueConverter;
    private final UnsentValues unsent;

    /** The row that an update of the primary key is about to move. */
    private @Nullable Struct moving;

    private List<SeenShape> announced = new ArrayList<>();

    RecordEncoder(
            CaptureSettings settings, List<CapturedTable> tables, Converter keyConverter, Converter valueConverter) {
        this(settings, tables, keyConverter, valueConverter, UnsentValues.PLACEHOLDERS);
    }

    RecordEncoder(
            CaptureSettings settings,
            List<CapturedTable> tables,
            Converter keyConverter,
            Converter valueConverter,
            UnsentValues unsent) {
        this.tables = new HashMap<>();
        this.names = settings.names();
        this.topics = settings.topics();
        this.keyConverter = keyConverter;
        this.valueConverter = valueConverter;
        this.unsent = unsent;
        capture(tables);
    }

    /** Encodes rows that are read from the same tables, which commands may change: their schemas are other objects. */
    private RecordEncoder(RecordEncoder changes) {
        this.tables = changes.tables;
        this.names = changes.names;
        this.topics = changes.topics;
        this.keyConverter = changes.keyConverter;
        this.valueConverter = changes.valueConverter;
        this.unsent = UnsentValues.PLACEHOLDERS;
    }

    /** Returns an encoder of rows that are read. */
    RecordEncoder ofReads() {
        return new RecordEncoder(this);
    }

    /** Adds tables, or replaces them: what follows has these shapes. */
    void capture(List<CapturedTable> changed) {
        for (CapturedTable table : changed) {
            String topic = names.table(table.table().schema(), table.table().table());
            tables.put(topic, table);
            encoders.remove(topic);
            prepared.remove(topic);
        }
    }

    /**
     * Registers the schemas of tables that are new among these events side by side. One after the other, hundreds of them wait for the
     * registry far longer than for everything else.
     */
    void prepare(List<SourceEvent> events) {
        prepared.clear();
        String last = null;
        for (SourceEvent event : events) {
            if (event instanceof RowChange change && !change.topic().equals(last)) {
                last = change.topic();
                prepare(change.topic(), change.envelope().schema());
            }
        }
        if (prepared.size() < PREPARED_TOGETHER) {
            return;
        }
        Map<String, Schema> keys = new HashMap<>();
        Map<String, Schema> envelopes = new HashMap<>();
        prepared.forEach((topic, encoder) -> {
            envelopes.put(topic, encoder.envelopeSchema());
            Schema key = encoder.keySchema();
            if (key != null) {
                keys.put(topic, key);
            }
        });
        if (keyConverter instanceof AvroConverter avro) {
            avro.prepare(keys);
        }
        if (valueConverter instanceof AvroConverter avro) {
            avro.prepare(envelopes);
        }
    }

    private void prepare(String topic, Schema schema) {
        CapturedTable table = tables.get(topic);
        if (table != null && !encoders.containsKey(topic) && !prepared.containsKey(topic)) {
            prepared.put(topic, new TableEncoder(topic, table, schema, topics, order, keyConverter, valueConverter));
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
        return encoder(change.topic(), value).encode(value, movedFrom, unsent);
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
            TableEncoder ahead = prepared.remove(topic);
            encoder = ahead != null && ahead.isFor(value.schema())
                    ? ahead
                    : new TableEncoder(topic, table, value.schema(), topics, order, keyConverter, valueConverter);
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
