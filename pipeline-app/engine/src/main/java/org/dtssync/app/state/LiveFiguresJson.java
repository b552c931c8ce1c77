package org.dtssync.app.state;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/** The figures of a run as the state keeps them: one JSON object. Stateless. */
final class LiveFiguresJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private LiveFiguresJson() {}

    static String write(LiveFigures figures) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("phase", figures.phase())
                .put("captured", figures.captured())
                .put("applied", figures.applied())
                .put("captured_per_second", figures.capturedPerSecond())
                .put("applied_per_second", figures.appliedPerSecond())
                .put("applied_lsn", figures.appliedLsn().map(Lsn::toString).orElse(null))
                .put("lag_ms", boxed(figures.lagMillis()))
                .put("wal_retained_bytes", boxed(figures.walRetainedBytes()))
                .put("heap_used_bytes", figures.heapUsedBytes())
                .put("heap_max_bytes", figures.heapMaxBytes())
                .put("retries", figures.retries());
        figures.lastRetry()
                .ifPresent(retry -> json.putObject("last_retry")
                        .put("part", retry.part())
                        .put("fault", retry.kind().name().toLowerCase(Locale.ROOT))
                        .put("at", retry.at().toString()));
        figures.snapshot().ifPresent(load -> put(json.putObject("snapshot"), load));
        figures.verification().ifPresent(verified -> put(json.putObject("verification"), verified));
        return json.toString();
    }

    /** Writes the progress of a verification alone. */
    static String write(LiveFigures.Verified verified) {
        return put(MAPPER.createObjectNode(), verified).toString();
    }

    private static void put(ObjectNode json, LiveFigures.Load load) {
        json.put("tables", load.tables())
                .put("tables_done", load.tablesDone())
                .put("rows", load.rows())
                .put("estimated_rows", load.estimatedRows())
                .put("rows_per_second", load.rowsPerSecond())
                .put("bytes_per_second", load.bytesPerSecond())
                .put("remaining_seconds", seconds(load.remaining()));
        ArrayNode copying = json.putArray("copying");
        for (LiveFigures.Copying table : load.copying()) {
            copying.addObject()
                    .put("schema", table.table().schema())
                    .put("table", table.table().table())
                    .put("rows", table.rows())
                    .put("estimated_rows", table.estimatedRows())
                    .put("bytes_per_second", table.bytesPerSecond())
                    .put("remaining_seconds", seconds(table.remaining()));
        }
    }

    private static ObjectNode put(ObjectNode json, LiveFigures.Verified verified) {
        return json.put("rows", verified.rows())
                .put("estimated_rows", verified.estimatedRows())
                .put("remaining_seconds", seconds(verified.remaining()));
    }

    private static @Nullable Long seconds(Optional<Duration> duration) {
        return duration.map(Duration::toSeconds).orElse(null);
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
