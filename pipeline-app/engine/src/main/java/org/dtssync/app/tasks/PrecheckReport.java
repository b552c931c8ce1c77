package org.dtssync.app.tasks;

import java.util.List;
import java.util.Locale;
import org.dtssync.app.precheck.Precheck;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.precheck.PrecheckItem.Result;

/** The findings of a precheck, as text for people and as JSON for programs. Thread-safe. */
public final class PrecheckReport implements Report {

    private final List<PrecheckItem> items;

    /** Creates a report of a precheck's items. */
    public PrecheckReport(List<PrecheckItem> items) {
        this.items = List.copyOf(items);
    }

    /** Returns one line per item, its remedy below, and a line of counts at the end. */
    @Override
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
        return text.append(counts()).toString();
    }

    @Override
    public String json() {
        return TaskJson.precheck(items);
    }

    /** Returns whether the task would fail, be inexact or do harm. */
    public boolean failed() {
        return Precheck.worst(items) == Result.FAIL;
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
