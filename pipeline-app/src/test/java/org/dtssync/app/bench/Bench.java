package org.dtssync.app.bench;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of {@code scripts/bench}: one command a part. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures dts-sync and what people use instead on servers of its own, and prints ratios with the figures.",
            "Each part ends by proving both ends equal. Medians of --rounds."
        },
        footer = {
            "",
            "Examples:",
            "  scripts/bench stream",
            "  scripts/bench stream --changes 100000 --rounds 1 --contenders DTS,OWN",
            "  scripts/bench stream --transaction-rows 1",
            "  scripts/bench all"
        })
public final class Bench {

    /** Options of every part. */
    static final class Common {
        @Option(names = "--rounds", paramLabel = "N", description = "Rounds, of which the median counts (default: 3).")
        private int rounds = 3;

        @Option(names = "--heap", paramLabel = "SIZE", description = "Heap of dts-sync (default: 512m).")
        private String heap = "512m";

        @Option(names = "--workers", paramLabel = "N", description = "Workers of every copy (default: 2).")
        private int workers = 2;

        @Option(names = "--keep", description = "Leave servers' data and logs where they are.")
        private boolean keep;

        @Option(
                names = "--profile",
                paramLabel = "AGENT",
                description = "An option for dts-sync's JVM while it is measured, such as -agentpath:...")
        private String profile = "";

        private Layout layout() {
            Path project = Path.of(System.getProperty("bench.project", ".."))
                    .toAbsolutePath()
                    .normalize();
            return new Layout(project, project.resolve("pipeline-app/target/bench"), keep, heap, profile);
        }
    }

    @Command(
            name = "stream",
            description = "A backlog written while nobody reads, until the destination is equal.",
            mixinStandardHelpOptions = true)
    void stream(
            @Mixin Common common,
            @Option(names = "--changes", defaultValue = "500000", description = "Row changes (default: 500000).")
                    long changes,
            @Option(
                            names = "--transaction-rows",
                            defaultValue = "10",
                            description = "Row changes of one transaction (default: 10).")
                    int transactionRows,
            @Option(
                            names = "--tables",
                            defaultValue = "3",
                            description = "Tables: 3 of three kinds, or so many narrow ones (default: 3).")
                    int tables,
            @Option(
                            names = "--contenders",
                            split = ",",
                            description = "Some of DTS, OWN, CEILING, SINK (default: all).")
                    Set<StreamPart.Kind> contenders)
            throws InterruptedException {
        Set<StreamPart.Kind> kinds =
                contenders == null ? EnumSet.allOf(StreamPart.Kind.class) : EnumSet.copyOf(contenders);
        Workload workload = new Workload(changes, transactionRows, tables, Math.max(10, 30_000 / tables));
        try (Lab lab = Lab.open(common.layout())) {
            new StreamPart(lab, workload, kinds, common.workers).run(common.rounds);
        }
    }

    private Bench() {}

    /** Runs a part; ends with 1 where something keeps the measurement from being true. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof BenchException) {
                command.getErr().println(failure.getMessage());
            } else {
                failure.printStackTrace(command.getErr());
            }
            return 1;
        });
        System.exit(line.execute(List.of(arguments).toArray(String[]::new)));
    }
}
