package org.dtssync.app.tasks;

import java.util.List;
import java.util.Locale;
import org.dtssync.app.moving.Gate;

/**
 * Whether applications could be moved now.
 *
 * @param direction {@code switchover} or {@code rollback}
 * @param gates what each check found
 */
public record PreconditionsReport(String direction, List<Gate> gates) implements Report {

    /** Copies the list. */
    public PreconditionsReport {
        gates = List.copyOf(gates);
    }

    /** Returns whether every precondition is met. */
    public boolean met() {
        return Gate.failed(gates).isEmpty();
    }

    /** Returns one line per precondition, its remedy below, and a conclusion. */
    @Override
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Gate gate : gates) {
            text.append(gate.result().name().toUpperCase(Locale.ROOT))
                    .append("  ")
                    .append(gate.id())
                    .append(": ")
                    .append(gate.message());
            gate.measure()
                    .ifPresent(measure ->
                            text.append(" (").append(measured(measure)).append(')'));
            text.append('\n');
            if (!gate.remedy().isEmpty() && gate.result() != Gate.Result.PASS) {
                text.append("      remedy: ")
                        .append(gate.remedy().replace("\n", "\n              "))
                        .append('\n');
            }
        }
        int failed = Gate.failed(gates).size();
        return text.append(direction)
                .append(": ")
                .append(
                        failed == 0
                                ? "all preconditions are met"
                                : failed + " of " + gates.size() + " preconditions are not met")
                .toString();
    }

    private static String measured(Gate.Measure measure) {
        String unit = measure.unit().isEmpty() ? "" : " " + measure.unit();
        return measure.value() + unit + ", limit " + measure.limit() + unit;
    }

    @Override
    public String json() {
        return TaskJson.gates(direction, gates);
    }
}
