package org.dtssync.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.tasks.ChangesRequest;
import org.dtssync.app.tasks.HistoryForm;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints changes in the order in which they were made. */
@Command(
        name = "changes",
        description = {
            "Prints changes, transaction by transaction.",
            "Reads the topics alone, and nothing of the task's state. Whole transactions come in the order of their commits, from --from to"
                    + " --to, both included; those times and LSNs are found without reading what comes before them.",
            "--where is an SQL expression over the columns of the row after the change (of a delete, the row before it, of which PostgreSQL"
                    + " usually sends the key alone). The destination evaluates it, read-only, with the types it has; values that the source"
                    + " did not send are NULL. Functions and types outside pg_catalog need their schema's name."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync replay changes shop.yaml --from 2026-03-01T00:00:00Z --to 2026-03-01T01:00:00Z",
            "  dts-sync replay changes shop.yaml --table 'public.order*' --where \"total > 1000\" --json",
            "  dts-sync replay changes shop.yaml --from latest --follow --json"
        })
final class ReplayChangesCommand implements Callable<Integer> {

    @Mixin
    private TaskFileArgument task;

    @Option(
            names = "--table",
            paramLabel = "PATTERN",
            description =
                    "Only tables that match SCHEMA.TABLE with * and ?; may be repeated. Default: all but our heartbeat.")
    private List<String> tables = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "X",
            description =
                    "Begin with transactions that committed at this LSN or time (2026-03-01T12:00:00Z), or later; or latest.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "X", description = "End with transactions that committed at this LSN or time.")
    private @Nullable String to;

    @Option(names = "--transaction", paramLabel = "ID", description = "Only this transaction of the source.")
    private @Nullable String transaction;

    @Option(names = "--where", paramLabel = "SQL", description = "Only changes of rows that fulfill this condition.")
    private @Nullable String where;

    @Option(
            names = "--mask",
            paramLabel = "PATTERN",
            description =
                    "Print *** for values of columns that match SCHEMA.TABLE.COLUMN with * and ?; may be repeated.")
    private List<String> masks = new ArrayList<>();

    @Option(
            names = "--commands",
            description = "Print commands that changed the structure too, of a task that carries them (ddl.mode).")
    private boolean commands;

    @Option(names = "--follow", description = "Wait for further changes, until interrupted.")
    private boolean follow;

    @Option(names = "--reverse", description = "Read the topics of reverse replication, after a switchover.")
    private boolean reverse;

    @Option(names = "--json", description = "Print one JSON object per change and line.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        ChangesRequest request = new ChangesRequest(
                tables,
                Optional.ofNullable(from),
                Optional.ofNullable(to),
                Optional.ofNullable(transaction),
                Optional.ofNullable(where),
                follow,
                masks,
                commands);
        HistoryForm form = json ? HistoryForm.JSON : HistoryForm.TEXT;
        return ReplayOutput.write(task, reverse, (open, out) -> {
            List<String> unmatched = tables.isEmpty() ? List.of() : open.unmatchedTables(tables);
            unmatched.forEach(pattern -> task.display()
                    .println("No table that matches " + pattern
                            + " is in the topics: none belongs to the task, or none has changed yet."));
            open.replayChanges(request, form, out);
        });
    }
}
