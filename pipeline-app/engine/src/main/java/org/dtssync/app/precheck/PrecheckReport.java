package org.dtssync.app.precheck;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.dtssync.app.precheck.PrecheckItem.Result;

/** The findings of a precheck, as text for people and as JSON for programs. Thread-safe. */
public final class PrecheckReport {

    private final List<PrecheckItem> items;

    /** Creates a report of a precheck's items. */
    public PrecheckReport(List<PrecheckItem> items) {
        this.items = List.copyOf(items);
    }

    /** Returns one line per item, its remedy below, and a line of counts at the end. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (PrecheckItem item : items) {
            text.append(item.result().name().toUpperCase(Locale.ROOT))
                    .append("  ")
                    .append(item.id())
                    .append(": ")
                    .append(item.message())
                    .append('\n');
            if (!item.remedy().isEmpty()) {
                text.append("      remedy: ")
                        .append(item.remedy().replace("\n", "\n              "))
                        .append('\n');
            }
        }
        return text.append(counts()).append('\n').toString();
    }

    /** Returns {@code {"items":[{"id","object","result","message","remedy"}]}}. */
    public String json() {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        ArrayNode array = root.putArray("items");
        for (PrecheckItem item : items) {
            array.addObject()
                    .put("id", item.id())
                    .put("object", item.object())
                    .put("result", item.result().label())
                    .put("message", item.message())
                    .put("remedy", item.remedy());
        }
        try {
            return mapper.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of texts can always be written", e);
        }
    }

    private String counts() {
        long warnings = count(Result.WARN);
        return count(Result.PASS) + " passed, " + warnings + (warnings == 1 ? " warning, " : " warnings, ")
                + count(Result.FAIL) + " failed.";
    }

    private long count(Result result) {
        return items.stream().filter(item -> item.result() == result).count();
    }
}
