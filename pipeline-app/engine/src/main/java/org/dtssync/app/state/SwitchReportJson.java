package org.dtssync.app.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dtssync.connectors.fault.SyncException;

/** The report of an attempt to move the applications as the state keeps it: a JSON object, which entry points print too. Stateless. */
public final class SwitchReportJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SwitchReportJson() {}

    /** Returns a report as one JSON object on one line. */
    public static String write(SwitchReport report) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("direction", report.direction())
                .put("moved", report.moved())
                .put("stall_seconds", millis(report.stallSeconds()))
                .put("lsn", report.lsn())
                .put("sequences", report.sequences())
                .put("verification", report.verification())
                .put("verified_at", report.verifiedAt())
                .put("endpoint", report.endpoint().label())
                .put("applications", report.applications());
        ArrayNode steps = root.putArray("steps");
        report.steps()
                .forEach(step -> steps.addObject().put("step", step.step()).put("seconds", millis(step.seconds())));
        return root.put("next", report.next()).toString();
    }

    private static double millis(double seconds) {
        return Math.round(seconds * 1000) / 1000.0;
    }

    /** Returns what an attempt failed with. */
    static String failure(String direction, SyncException fault) {
        return MAPPER.createObjectNode()
                .put("direction", direction)
                .put("moved", false)
                .put("error", fault.what())
                .put("remedy", fault.remedy())
                .toString();
    }

    /** Reads what {@link #write} wrote, also that of an earlier release, which did not report on the endpoint or the steps. */
    public static SwitchReport read(String json) {
        try {
            JsonNode root = MAPPER.readTree(json);
            return new SwitchReport(
                    root.get("direction").asText(),
                    root.get("moved").asBoolean(),
                    root.get("stall_seconds").asDouble(),
                    root.get("lsn").isNull() ? null : root.get("lsn").asText(),
                    root.get("sequences").asInt(),
                    root.get("verification").asText(),
                    root.path("verified_at").asText(null),
                    EndpointResult.valueOf(
                            root.path("endpoint").asText("untouched").toUpperCase(Locale.ROOT)),
                    root.path("applications").asText(""),
                    steps(root.path("steps")),
                    root.get("next").asText());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<StepTime> steps(JsonNode stored) {
        List<StepTime> steps = new ArrayList<>();
        stored.forEach(step -> steps.add(
                new StepTime(step.get("step").asText(), step.get("seconds").asDouble())));
        return steps;
    }
}
