package org.dtssync.app.tasks;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.app.precheck.Precheck;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.dtssync.app.precheck.Stage;

/** The findings of a precheck, as text for people, as JSON for programs and as scripts for the databases. Thread-safe. */
public final class PrecheckReport implements Report {

    /** How many statements of one finding are shown to people. */
    private static final int SHOWN = 3;

    private static final String INDENT = "      ";

    private final List<PrecheckItem> items;

    /** What says that a server was not asked. */
    private static final Set<String> NOT_LOOKED_AT = Set.of("connectivity", "not-checked");

    /** Creates a report of a precheck's items. */
    public PrecheckReport(List<PrecheckItem> items) {
        this.items = List.copyOf(items);
    }

    /** Returns one line per finding, its phase and its remedy below, and a line of counts at the end. */
    @Override
    public String text() {
        return text(SHOWN, false);
    }

    /** Returns the same with every object and every statement. */
    public String verboseText() {
        return text(Integer.MAX_VALUE, true);
    }

    private String text(int statements, boolean objects) {
        StringBuilder text = new StringBuilder();
        for (PrecheckItem item : items) {
            text.append(item.result().name().toUpperCase(Locale.ROOT))
                    .append("  ")
                    .append(item.id())
                    .append(": ")
                    .append(item.message())
                    .append('\n');
            if (item.result() != Result.PASS) {
                text.append(INDENT)
                        .append("phase: ")
                        .append(item.stage().label())
                        .append('\n');
            }
            if (objects && item.objects().size() > 1) {
                item.objects()
                        .forEach(object ->
                                text.append(INDENT).append("- ").append(object).append('\n'));
            }
            if (!item.remedy().isEmpty()) {
                text.append(INDENT)
                        .append("remedy: ")
                        .append(shortened(item, statements).replace("\n", "\n" + INDENT + "        "))
                        .append('\n');
            }
        }
        return text.append(counts()).toString();
    }

    private static String shortened(PrecheckItem item, int statements) {
        List<String> all = item.advice().statements();
        if (all.size() <= statements) {
            return item.remedy();
        }
        String where = item.advice().server().map(Place::label).orElse("");
        return String.join("\n", all.subList(0, statements)) + "\nand " + (all.size() - statements)
                + " more statements, which dts-sync precheck TASK.yaml --sql " + where + " prints"
                + (item.advice().text().isEmpty() ? "" : " -- " + item.advice().text());
    }

    @Override
    public String json() {
        return TaskJson.precheck(items);
    }

    /**
     * Returns a script of the statements that solve what was found at the source. Those of warnings are commented out, except where
     * a switchover, a rollback or reverse replication would be refused without them.
     */
    public String sourceScript() {
        return script(Place.SOURCE);
    }

    /** Returns the same for the destination. */
    public String destinationScript() {
        return script(Place.DESTINATION);
    }

    private String script(Place place) {
        StringBuilder script = new StringBuilder("-- What dts-sync precheck found at the " + place.label()
                + ". Run it there as a superuser, connected to the database that is migrated.\n");
        items.stream()
                .filter(item -> item.result() == Result.FAIL && NOT_LOOKED_AT.contains(item.id()))
                .forEach(item -> script.append("-- ")
                        .append(item.message().replace("\n", " "))
                        .append('\n'));
        Set<String> printed = new HashSet<>();
        for (PrecheckItem item : items) {
            if (item.advice().statements().isEmpty()
                    || !item.advice().server().filter(place::equals).isPresent()) {
                continue;
            }
            boolean needed = item.result() == Result.FAIL || item.stage().compareTo(Stage.SWITCHOVER) >= 0;
            script.append("\n-- ")
                    .append(item.result().name())
                    .append(' ')
                    .append(item.id())
                    .append(" (")
                    .append(item.stage().label())
                    .append("): ")
                    .append(item.message().replace("\n", " "))
                    .append('\n');
            if (!item.advice().text().isEmpty()) {
                script.append("-- ")
                        .append(item.advice().text().replace("\n", " "))
                        .append('\n');
            }
            for (String statement : item.advice().statements()) {
                if (needed && !printed.add(statement)) {
                    // One statement may solve two findings.
                    continue;
                }
                script.append(needed ? "" : "-- ")
                        .append(needed ? statement : statement.replace("\n", "\n-- "))
                        .append('\n');
            }
        }
        return script.toString().stripTrailing();
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
