package org.dtssync.app.publish;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The record that says that a base in topics is complete. Stateless. */
public final class MarkerJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private MarkerJson() {}

    /** Returns a base as JSON. */
    public static String of(TopicBase base) {
        ObjectNode marker = JSON.createObjectNode()
                .put("task", base.task())
                .put("cut", base.cut().number())
                .put("lsn", base.cut().lsn().toString())
                .put(
                        "commit_time",
                        base.cut()
                                .commitTimeMicros()
                                .map(micros -> Instant.EPOCH
                                        .plus(micros, ChronoUnit.MICROS)
                                        .toString())
                                .orElse(null))
                .put("system_identifier", base.cut().systemIdentifier());
        ArrayNode tables = marker.putArray("tables");
        for (TopicBase.Table table : base.tables()) {
            ObjectNode one = tables.addObject()
                    .put("table", table.table().toString())
                    .put("topic", table.topic())
                    .put("first_offset", table.first())
                    .put("end_offset", table.end())
                    .put("rows", table.rows());
            if (table.changes().isPresent()) {
                one.putObject("changes")
                        .put("topic", table.changes().get().topic())
                        .put("offset", table.changes().get().offset());
            } else {
                one.putNull("changes");
            }
        }
        return marker.toString();
    }
}
