package org.dtssync.app.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.tasks.StateForm;
import org.dtssync.app.tasks.SyncTask;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes one table as of a moment. */
@Command(
        name = "table",
        description = {
            "Writes one table as of a commit into a file.",
            "Computes it from a base and the changes since, without a database. Rows come in no particular order; generated columns are left"
                    + " out. Values are PostgreSQL's texts."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync replay table shop.yaml public.orders --as-of 2026-03-01T12:00:00Z --base /backup/shop --to orders.csv",
            "  dts-sync replay table shop.yaml public.orders --as-of latest --base /backup/shop --to - --format ndjson"
        })
final class ReplayTableCommand implements Callable<Integer> {

    private static final String STANDARD_OUTPUT = "-";

    @Mixin
    private TaskFileArgument task;

    @Parameters(index = "1", paramLabel = "SCHEMA.TABLE", description = "The table.")
    private String table;

    @Option(names = "--as-of", paramLabel = "X", required = true, description = "As of this LSN or time, or latest.")
    private String asOf = "";

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "The base to begin with, from that moment or before it.")
    private @Nullable Path base;

    @Option(names = "--to", paramLabel = "FILE|-", required = true, description = "The file; - for standard output.")
    private String to = "";

    @Option(
            names = "--format",
            paramLabel = "csv|ndjson",
            defaultValue = "csv",
            description = "csv (default; with a header, as COPY reads it) or ndjson (one JSON object per line).")
    private StateForm form = StateForm.CSV;

    @Option(
            names = "--mask",
            paramLabel = "PATTERN",
            description =
                    "Print *** for values of columns that match SCHEMA.TABLE.COLUMN with * and ?; may be repeated.")
    private List<String> masks = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (to.equals(STANDARD_OUTPUT)) {
            return ReplayOutput.write(task, this::write);
        }
        Path file = Path.of(to);
        try (EmbeddedServers servers = EmbeddedServers.start(task.read())) {
            long rows = new SyncTask(servers.resolved())
                    .states()
                    .table(table, asOf, Optional.ofNullable(base), masks, form, file);
            task.display()
                    .println(rows + (rows == 1 ? " row" : " rows") + " of " + table + " written to " + file + ".");
            return ExitCode.DONE;
        }
    }

    private long write(SyncTask open, OutputStream out) throws IOException, InterruptedException {
        return open.states().table(table, asOf, Optional.ofNullable(base), masks, form, out);
    }
}
