package org.dtssync.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dtssync.app.tasks.HistoryForm;
import org.dtssync.app.tasks.RowRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the history of one row. */
@Command(
        name = "rows",
        description = {
            "Prints every change of one row, with its old values.",
            "Follows the row through changes of its key, before it had the one that is given and after it lost it, and through changes of"
                    + " the table's columns and, where the task carries commands, of its name and its key. Old values that the source did not send come from the change before. Values are written and"
                    + " compared as PostgreSQL prints them. Of a table without a key, changes of every row with the given values are printed."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  dts-sync replay rows shop.yaml public.orders id=42",
            "  dts-sync replay rows shop.yaml public.order_line order_id=42 line=1 --csv > line.csv"
        })
final class ReplayRowsCommand implements Callable<Integer> {

    private static final String EARLIER_NAME =
            " An earlier name of a table is known from the command that changed it: begin before it, or ask by the name that it had at"
                    + " --from.";

    @Mixin
    private TaskFileArgument task;

    @Parameters(index = "1", paramLabel = "SCHEMA.TABLE", description = "The row's table.")
    private String table;

    @Parameters(
            index = "2..*",
            arity = "1..*",
            paramLabel = "COLUMN=VALUE",
            description = "The row's key: a value for each of its columns.")
    private List<String> key;

    @Option(names = "--from", paramLabel = "X", description = "Begin at this LSN or time. Default: the first change.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "X", description = "End at this LSN or time. Default: the last change.")
    private @Nullable String to;

    @Option(
            names = "--mask",
            paramLabel = "PATTERN",
            description =
                    "Print *** for values of columns that match SCHEMA.TABLE.COLUMN with * and ?; may be repeated.")
    private List<String> masks = new ArrayList<>();

    @Option(names = "--reverse", description = "Read the topics of reverse replication, after a switchover.")
    private boolean reverse;

    @ArgGroup
    private Form form = new Form();

    /** How it is printed; text if nothing is given. */
    static final class Form {

        @Option(names = "--json", description = "Print one JSON object per change and line.")
        private boolean json;

        @Option(names = "--csv", description = "Print one line per changed column, with a header.")
        private boolean csv;

        private HistoryForm form() {
            if (csv) {
                return HistoryForm.CSV;
            }
            return json ? HistoryForm.JSON : HistoryForm.TEXT;
        }
    }

    @Override
    public Integer call() throws Exception {
        RowRequest request = new RowRequest(table, key, Optional.ofNullable(from), Optional.ofNullable(to), masks);
        return ReplayOutput.write(task, reverse, (open, out) -> {
            if (open.replayRow(request, form.form(), out) == 0) {
                task.display()
                        .println("The topics have no change of a row of " + table + " with " + String.join(", ", key)
                                + ". Values are compared as PostgreSQL prints them."
                                + (from == null ? "" : EARLIER_NAME));
            }
        });
    }
}
