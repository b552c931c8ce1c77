package org.dtssync.app.tasks;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.state.DdlFigures;
import org.dtssync.app.state.InstanceStore.Holder;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;

/**
 * The progress of a task at one moment.
 *
 * @param status as it was read
 * @param oneWay whether the applications were moved without a way back
 * @param bases the bases of the task
 * @param ddlReason why the task has the mode it has for commands that change the structure
 */
public record StatusReport(TaskStatus status, boolean oneWay, BaseList bases, String ddlReason) implements Report {

    @Override
    public String json() {
        return TaskJson.status(status, oneWay, bases, ddlReason);
    }

    /** Returns a few lines and a table. */
    @Override
    public String text() {
        StringBuilder text = new StringBuilder();
        if (!status.begun()) {
            return "Task " + status.progress().task() + " has not been started. Start it with dts-sync run.";
        }
        line(text, "task", status.progress().task());
        line(text, "phase", status.progress().phase().label());
        line(text, "run", run());
        line(text, "source LSN", orDash(status.sourceLsn()));
        line(text, "applied LSN", orDash(status.appliedLsn()));
        line(
                text,
                "lag",
                orDash(status.lagMillis().map(millis -> millis + " ms")) + ", "
                        + orDash(status.lagBytes().map(bytes -> bytes + " bytes of WAL")));
        if (status.progress().phase().isAfter(Phase.PREPARE)) {
            line(text, "DDL", ddl(status.ddl()));
        }
        if (bases.newest().isPresent()) {
            line(text, "newest base", bases.line());
        }
        line(text, "error", orDash(status.progress().error()));
        text.append(String.format(
                Locale.ROOT, "%n%-50s %-10s %14s %14s %6s%n", "table", "state", "rows loaded", "estimated", "done"));
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

    private String run() {
        if (status.progress().phase().isOver()) {
            return oneWay
                    ? "none: the applications were moved one way, the source stays read-only, and the task has ended"
                    : "none: the task has ended";
        }
        if (status.running()) {
            return "alive"
                    + status.holder()
                            .flatMap(holder -> holder.host()
                                    .map(host -> " on " + host + pid(holder)
                                            + holder.startedAt()
                                                    .map(at -> " since " + at)
                                                    .orElse("")))
                            .orElse("");
        }
        return "not alive"
                + status.holder()
                        .map(holder -> ", last sign of life " + holder.aliveAt()
                                + holder.host()
                                        .map(host -> " on " + host + pid(holder))
                                        .orElse(""))
                        .orElse("");
    }

    private String ddl(DdlFigures figures) {
        String mode = DdlJson.label(figures.mode());
        String reason = " (" + ddlReason + ")";
        if (!figures.mode().carries()) {
            return mode + reason;
        }
        return mode + ", " + figures.done() + " carried"
                + (figures.skipped() == 0 ? "" : ", " + figures.skipped() + " skipped") + reason
                + figures.current()
                        .map(command -> String.format("%n%-12s %s", "", TaskDdl.line(command)))
                        .orElse("")
                + figures.indexes().stream()
                        .map(index -> String.format("%n%-12s %s", "", TaskDdl.line(index)))
                        .collect(Collectors.joining())
                + figures.builds().stream()
                        .map(build -> String.format("%n%-12s building an index of %s", "", build))
                        .collect(Collectors.joining());
    }

    private static String pid(Holder holder) {
        return holder.pid().map(pid -> " (pid " + pid + ")").orElse("");
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
