package org.dtssync.connectors.capture.debezium;

import io.debezium.pipeline.source.spi.EventMetadataProvider;
import io.debezium.pipeline.spi.OffsetContext;
import io.debezium.spi.schema.DataCollectionId;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/** Provides no event metadata to Debezium's metrics. Immutable. */
final class NoMetadata implements EventMetadataProvider {

    @Override
    public @Nullable Instant getEventTimestamp(DataCollectionId table, OffsetContext offset, Object key, Struct value) {
        return null;
    }

    @Override
    public Map<String, String> getEventSourcePosition(
            DataCollectionId table, OffsetContext offset, Object key, Struct value) {
        return Map.of();
    }

    @Override
    public @Nullable String getTransactionId(DataCollectionId table, OffsetContext offset, Object key, Struct value) {
        return null;
    }
}
