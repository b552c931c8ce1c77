package org.dtssync.app.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.postgres.Lsn;

/** A task's status as text for people and as JSON for programs. Stateless. */
final class StatusReport {

    private StatusReport() {}

    /** Returns the JSON of the command line's contract. */
    static String json(TaskStatus status) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("task", status.progress().task());
        root.put("phase", status.progress().phase().label());
        root.put("source_lsn", status.sourceLsn().map(Lsn::toString).orElse(null));
        root.put("applied_lsn", status.appliedLsn().map(Lsn::toString).orElse(null));
        root.put("lag_ms", status.lagMillis().orElse(null));
        root.put("lag_bytes", status.lagBytes().orElse(null));
        ArrayNode tables = root.putArray("tables");
        for (TableProgress table : status.tables()) {
            tables.addObject()
                    .put("schema", table.table().schema())
                    .put("table", table.table().table())
                    .put("snapshot_rows", table.snapshotRows())
                    .put("estimated_rows", table.estimatedRows())
                    .put("state", table.state().label());
        }
        root.put("error", status.progress().error().orElse(null));
        return root.toString();
    }

    /** Returns a few lines and a table. */
    static String text(TaskStatus status) {
        StringBuilder text = new StringBuilder();
        if (!status.begun()) {
            return "Task " + status.progress().task() + " has not been started. Start it with dts-sync run.";
        }
        line(text, "task", status.progress().task());
        line(text, "phase", status.progress().phase().label());
        line(text, "run", status.running() ? "alive" : "not alive");
        line(text, "source LSN", orDash(status.sourceLsn()));
        line(text, "applied LSN", orDash(status.appliedLsn()));
        line(
                text,
                "lag",
                orDash(status.lagMillis().map(millis -> millis + " ms")) + ", "
                        + orDash(status.lagBytes().map(bytes -> bytes + " bytes of WAL")));
        line(text, "error", orDash(status.progress().error()));
        text.append(String.format(
                Locale.ROOT, "%n%-50s %-10s %14s %14s %6s%n", "table", "state", "rows", "estimated", "done"));
        for (TableProgress table : status.tables()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-50s %-10s %14d %14d %6s%n",
                    table.table(),
                    table.state().label(),
                    table.snapshotRows(),
                    table.estimatedRows(),
                    done(table)));
        }
        return text.toString().stripTrailing();
    }

    private static String done(TableProgress table) {
        if (table.state() == TableState.COPIED || table.state() == TableState.STREAMING) {
            return "100%";
        }
        if (table.estimatedRows() <= 0) {
            return "-";
        }
        return Math.min(99, 100 * table.snapshotRows() / table.estimatedRows()) + "%";
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-12s %s%n", name, value));
    }

    private static String orDash(Optional<?> value) {
        return value.map(Object::toString).orElse("-");
    }
}
