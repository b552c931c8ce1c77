package org.dtssync.app.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.tasks.LiveSettingReport;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Changes a setting of an active run. */
@Command(
        name = "set",
        description = {
            "Changes a setting of an active run.",
            "The run follows within a second, and so does a later run, until the setting ends. An empty value removes it: the task file"
                    + " applies again. Without KEY=VALUE it prints what is set.",
            "Settings: snapshot.rows.per.second, verify.rows.per.second."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync set shop.yaml",
            "  dts-sync set shop.yaml snapshot.rows.per.second=20000",
            "  dts-sync set shop.yaml verify.rows.per.second=500 --until 2026-03-01T18:00:00Z",
            "  dts-sync set shop.yaml verify.rows.per.second="
        })
final class SetCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Parameters(index = "1", arity = "0..1", paramLabel = "KEY=VALUE", description = "The setting and its value.")
    private @Nullable String assignment;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = "When it ends by itself, ISO 8601 with an offset. Without it, it does not end.")
    private @Nullable String until;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        SyncTask sync = new SyncTask(task.read());
        if (assignment == null) {
            list(sync);
        } else {
            change(sync, assignment);
        }
        return ExitCode.DONE;
    }

    private void list(SyncTask sync) {
        if (until != null) {
            throw new SyncException(FaultKind.USAGE, "--until needs a setting.", "Write KEY=VALUE before it.");
        }
        PrintWriter out = spec.commandLine().getOut();
        for (LiveSettingReport setting : sync.settings()) {
            out.println(setting.key() + "=" + setting.value()
                    + setting.until().map(end -> " until " + end).orElse("")
                    + " (set " + setting.setAt()
                    + setting.setBy().map(author -> " by " + author).orElse("") + ")");
        }
        out.flush();
    }

    private void change(SyncTask sync, String entry) {
        int split = entry.indexOf('=');
        if (split < 1) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "'" + entry + "' is not a setting with a value.",
                    "Write KEY=VALUE, for example verify.rows.per.second=5000.");
        }
        String key = entry.substring(0, split);
        String value = entry.substring(split + 1);
        Optional<Instant> end = end();
        if (value.isEmpty()) {
            sync.unset(key);
            spec.commandLine().getErr().println("Removed " + key + ": the task file applies.");
        } else {
            sync.set(key, value, end);
            spec.commandLine()
                    .getErr()
                    .println("Set " + key + " to " + value
                            + end.map(moment -> " until " + moment).orElse("") + ".");
        }
    }

    private Optional<Instant> end() {
        if (until == null) {
            return Optional.empty();
        }
        try {
            Instant end = OffsetDateTime.parse(until).toInstant();
            if (end.isAfter(Instant.now())) {
                return Optional.of(end);
            }
        } catch (DateTimeParseException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "'" + until + "' is not a time.",
                    "Write it as in 2026-03-01T18:00:00Z or 2026-03-01T18:00:00+01:00.",
                    e);
        }
        throw new SyncException(FaultKind.USAGE, "The time " + until + " has passed.", "Give a later one.");
    }
}
