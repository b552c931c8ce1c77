package org.dtssync.app.moving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.dtssync.connectors.fault.SyncException;

/**
 * The result of moving the applications.
 *
 * @param direction {@code switchover}, {@code rollback} or {@code complete}
 * @param moved whether they were moved; not in a rehearsal or a dry run
 * @param stallSeconds how long writes were blocked, in seconds, as measured
 * @param lsn the position, in the database that was left, up to which the other has everything
 * @param sequences how many sequences were set
 * @param verification the result of the verification, one word: equal, reused (an earlier one) or skipped
 * @param verifiedAt when a reused verification started, ISO 8601; null otherwise
 * @param next what to do next, a sentence
 */
public record SwitchReport(
        String direction,
        boolean moved,
        double stallSeconds,
        String lsn,
        int sequences,
        String verification,
        String verifiedAt,
        String next) {

    /** Returns it as JSON. */
    public String json() {
        ObjectNode node = new ObjectMapper().createObjectNode();
        node.put("direction", direction)
                .put("moved", moved)
                .put("stall_seconds", Math.round(stallSeconds * 1000) / 1000.0)
                .put("lsn", lsn)
                .put("sequences", sequences)
                .put("verification", verification)
                .put("verified_at", verifiedAt)
                .put("next", next);
        return node.toString();
    }

    /** Returns what an attempt failed with, as JSON. */
    static String failure(String direction, SyncException fault) {
        return new ObjectMapper()
                .createObjectNode()
                .put("direction", direction)
                .put("moved", false)
                .put("error", fault.what())
                .put("remedy", fault.remedy())
                .toString();
    }

    /** Returns the report of a task whose reverse replication has ended. */
    public static SwitchReport completed() {
        return ended(
                "complete",
                "The source no longer follows and stays read-only. dts-sync release removes the rest of the task.");
    }

    /** Returns the report of a task that was abandoned before. */
    public static SwitchReport abandoned() {
        return ended(
                "rollback",
                "The applications were already moved back, and the task has ended: save what you need from the destination, then"
                        + " dts-sync release.");
    }

    private static SwitchReport ended(String direction, String next) {
        return new SwitchReport(direction, true, 0, null, 0, "skipped", null, next);
    }

    /** Parses the output of {@link #json}. */
    public static SwitchReport parse(String json) {
        try {
            var node = new ObjectMapper().readTree(json);
            return new SwitchReport(
                    node.get("direction").asText(),
                    node.get("moved").asBoolean(),
                    node.get("stall_seconds").asDouble(),
                    node.get("lsn").isNull() ? null : node.get("lsn").asText(),
                    node.get("sequences").asInt(),
                    node.get("verification").asText(),
                    node.path("verified_at").asText(null),
                    node.get("next").asText());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Returns it for people, with the measurements, if any. */
    public String text() {
        String measured = lsn == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "writes blocked      %.3f s%nposition            %s%nsequences set       %d%n",
                        stallSeconds,
                        lsn,
                        sequences);
        String compared = lsn == null && verification.equals("skipped")
                ? ""
                : String.format(
                        "verification        %s%n",
                        verifiedAt == null ? verification : "equal, verified at " + verifiedAt);
        return String.format(
                "%s: %s%n%s%snext: %s", direction, moved ? "done" : "nothing was moved", measured, compared, next);
    }
}
