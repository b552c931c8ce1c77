package org.dtssync.app.tasks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.dtssync.app.inventory.Inventory;
import org.dtssync.app.inventory.InventoryItem;
import org.dtssync.app.inventory.Verdict;

/**
 * What becomes of every object of the source, as text for people, as JSON for programs and as a page for a browser.
 *
 * @param task the task's name
 * @param inventory every object with its verdict
 * @param verbose whether the text names all objects
 */
public record EvaluationReport(String task, Inventory inventory, boolean verbose) implements Report {

    private static final int NAMED = 20;
    private static final int NEEDED_BY = 3;
    private static final String COLUMNS = "%-36s %8s %13s %8s %7s%n";

    /** Returns the same report whose text names all objects. */
    public EvaluationReport withAllNames() {
        return new EvaluationReport(task, inventory, true);
    }

    /** Returns whether everything is carried, or left out without anything that needs it. */
    public boolean complete() {
        return inventory.isComplete();
    }

    /** Returns the counts of each kind, then what a person has to decide or to do, and a conclusion. */
    @Override
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                COLUMNS,
                "kind",
                Verdict.CARRIED.title(),
                Verdict.AT_THE_SWITCH.title(),
                Verdict.LEFT_OUT.title(),
                Verdict.BY_HAND.title()));
        inventory.counts().forEach((kind, counts) -> text.append(line(kind, counts)));
        text.append(line("total", total()));
        section(
                text,
                "To be made by hand: dts-sync does not migrate these.",
                verbose ? with(Verdict.BY_HAND) : inventory.byHand());
        section(text, "Left out by the selection, but needed by objects of the task.", inventory.needed());
        section(
                text,
                "Left out by the selection; no object of the task needs them.",
                verbose ? unneeded() : inventory.leftOut());
        return text.append('\n').append(conclusion()).toString();
    }

    /** Returns all objects with a verdict, with what belongs to them. */
    private List<InventoryItem> with(Verdict verdict) {
        return inventory.items().stream()
                .filter(item -> item.verdict() == verdict)
                .toList();
    }

    private List<InventoryItem> unneeded() {
        return with(Verdict.LEFT_OUT).stream()
                .filter(item -> item.neededBy().isEmpty())
                .toList();
    }

    private Map<Verdict, Long> total() {
        Map<Verdict, Long> total = new EnumMap<>(Verdict.class);
        for (Verdict verdict : Verdict.values()) {
            total.put(verdict, inventory.count(verdict));
        }
        return total;
    }

    private static String line(String kind, Map<Verdict, Long> counts) {
        return String.format(
                Locale.ROOT,
                COLUMNS,
                kind,
                shown(counts, Verdict.CARRIED),
                shown(counts, Verdict.AT_THE_SWITCH),
                shown(counts, Verdict.LEFT_OUT),
                shown(counts, Verdict.BY_HAND));
    }

    private static String shown(Map<Verdict, Long> counts, Verdict verdict) {
        long count = counts.getOrDefault(verdict, 0L);
        return count == 0 ? "-" : String.valueOf(count);
    }

    private void section(StringBuilder text, String title, List<InventoryItem> items) {
        if (items.isEmpty()) {
            return;
        }
        text.append('\n').append(title).append('\n');
        List<InventoryItem> named = verbose ? items : items.subList(0, Math.min(NAMED, items.size()));
        for (InventoryItem item : named) {
            text.append("  ").append(item.title()).append('\n');
            text.append("      ").append(explanation(item)).append('\n');
            String sql = sql(item);
            if (!sql.isEmpty()) {
                text.append("      remedy: ")
                        .append(sql.replace("\n", "\n              "))
                        .append('\n');
            }
        }
        if (named.size() < items.size()) {
            text.append("  and ").append(items.size() - named.size()).append(" more; --verbose names all\n");
        }
    }

    /** With every object listed each has its own; otherwise that of what belongs to it would be missing. */
    private String sql(InventoryItem item) {
        return verbose ? item.sql().orElse("").strip() : String.join("\n", inventory.sqlOfWhole(item));
    }

    /** Returns why, and who needs it. */
    private String explanation(InventoryItem item) {
        if (item.neededBy().isEmpty()) {
            return item.reason();
        }
        List<String> users = item.neededBy();
        List<String> named = verbose ? users : users.subList(0, Math.min(NEEDED_BY, users.size()));
        String more = named.size() < users.size() ? " and " + (users.size() - named.size()) + " more" : "";
        return item.reason() + " Needed by " + named.stream().collect(Collectors.joining(", ")) + more + ".";
    }

    private String conclusion() {
        List<String> parts = new ArrayList<>();
        parts.add(inventory.count(Verdict.CARRIED) + " objects are carried");
        parts.add(inventory.count(Verdict.AT_THE_SWITCH) + " set at the switch");
        parts.add(inventory.count(Verdict.LEFT_OUT) + " left out ("
                + inventory.needed().size() + " of them needed)");
        parts.add(inventory.count(Verdict.BY_HAND) + " to be made by hand");
        return String.join(", ", parts) + ".";
    }

    @Override
    public String json() {
        return TaskJson.evaluation(this);
    }

    /** Returns one page that needs no other file. */
    public String html() {
        return new EvaluationPage(this).html();
    }
}
