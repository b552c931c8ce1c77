package org.dtssync.app.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of {@code scripts/bench}: one command per part. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures dts-sync and what people use instead on servers of its own, and prints ratios with the figures.",
            "Each part ends by proving both ends equal. Medians of --rounds.",
            "Servers commit to the disk and vacuum as usual; --lab turns both off.",
            "scripts/bench micro runs the micro-benchmarks of codec and fold; its options are those of JMH."
        },
        footer = {
            "",
            "Examples:",
            "  scripts/bench stream",
            "  scripts/bench stream --changes 100000 --rounds 1 --contenders DTS,OWN",
            "  scripts/bench stream --transaction-rows 1 --contenders DTS,OWN",
            "  scripts/bench stream --contenders DTS,VARIANT --variant ../earlier --rounds 5",
            "  scripts/bench tables",
            "  scripts/bench large --rounds 1",
            "  scripts/bench keyless",
            "  scripts/bench fixed",
            "  scripts/bench distance --round-trip 20",
            "  scripts/bench latency --rates 500 --seconds 60",
            "  scripts/bench snapshot --rows 300000 --small-tables 20",
            "  scripts/bench snapshot --rows 12000000 --large-tables 4 --small-tables 0",
            "  scripts/bench verify",
            "  scripts/bench smoke",
            "  scripts/bench stream --lab",
            "  scripts/bench replay",
            "  scripts/bench growth --most-changes 10000000 --most-tables 10000 --rounds 1",
            "  scripts/bench micro",
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

        @Option(
                names = "--lab",
                description = "Servers without fsync and autovacuum; by default they are set as people run them.")
        private boolean lab;

        @Option(names = "--keep", description = "Leave servers' data and logs where they are.")
        private boolean keep;

        @Option(
                names = "--profile",
                paramLabel = "AGENT",
                description = "An option for dts-sync's JVM while it is measured, such as -agentpath:...")
        private String profile = "";

        @Option(
                names = "--variant",
                paramLabel = "DIRECTORY",
                description = "Project directory of another build, which the contender VARIANT is (default: this one).")
        private @Nullable Path variant;

        @Option(
                names = "--variant-options",
                paramLabel = "OPTIONS",
                description = "Options for the JVM of the contender VARIANT.")
        private String variantOptions = "";

        private Layout layout() {
            Path project = Path.of(System.getProperty("bench.project", "../.."))
                    .toAbsolutePath()
                    .normalize();
            Path other = variant == null ? project : variant.toAbsolutePath().normalize();
            return new Layout(
                    project,
                    project.resolve("pipeline-app/bench/target/bench"),
                    keep,
                    heap,
                    new DtsSync.Build("variant", other, variantOptions),
                    lab ? Conditions.LAB : Conditions.USUAL,
                    profile);
        }
    }

    /** How much the parts that copy have to copy. */
    static final class Size {
        @Option(names = "--rows", description = "Rows of the large tables together (default: 3000000).")
        private long rows = 3_000_000;

        @Option(names = "--small-tables", description = "Tables of 100 rows each (default: 200).")
        private int smallTables = 200;

        @Option(names = "--large-tables", description = "Tables that share the rows of the large one (default: 1).")
        private int largeTables = 1;

        private History history() {
            return new History(rows, largeTables, smallTables);
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
                            description =
                                    "Some of DTS, DEBEZIUM_VALUES, VARIANT, OWN, CEILING, SINK (default: DTS, OWN, CEILING, SINK).")
                    @Nullable
                    Set<Kind> contenders)
            throws InterruptedException {
        Set<Kind> kinds = contenders == null
                ? EnumSet.complementOf(EnumSet.of(Kind.VARIANT, Kind.DEBEZIUM_VALUES))
                : EnumSet.copyOf(contenders);
        drain(common, new MixedWorkload(changes, transactionRows, tables, Math.max(10, 30_000 / tables)), kinds);
    }

    @Command(
            name = "tables",
            description =
                    "A backlog in tables that the stream has never seen before, each of which needs its topic and schemas.",
            mixinStandardHelpOptions = true)
    void tables(
            @Mixin Common common,
            @Option(names = "--tables", defaultValue = "500", description = "Tables (default: 500).") int tables,
            @Option(names = "--changes", defaultValue = "100000", description = "Row changes (default: 100000).")
                    long changes,
            @Option(
                            names = "--contenders",
                            split = ",",
                            defaultValue = "DTS,OWN",
                            description = "Some of DTS, VARIANT, OWN, CEILING (default: DTS, OWN).")
                    Set<Kind> contenders)
            throws InterruptedException {
        stream(common, changes, 10, tables, EnumSet.copyOf(contenders));
    }

    @Command(
            name = "large",
            description = "A backlog of updates of rows with a large value under REPLICA IDENTITY FULL.",
            mixinStandardHelpOptions = true)
    void large(
            @Mixin Common common,
            @Option(names = "--changes", defaultValue = "300", description = "Updates (default: 300).") long changes,
            @Option(
                            names = "--value-bytes",
                            defaultValue = "700000",
                            description = "Size of each value (default: 700000).")
                    int valueBytes,
            @Option(
                            names = "--contenders",
                            split = ",",
                            defaultValue = "DTS,OWN",
                            description = "Some of DTS, VARIANT, OWN, CEILING (default: DTS, OWN).")
                    Set<Kind> contenders)
            throws InterruptedException {
        drain(common, new LargeRowsWorkload(changes, valueBytes), EnumSet.copyOf(contenders));
    }

    @Command(
            name = "keyless",
            description = "A backlog of transactions of three changes in a table without a key.",
            mixinStandardHelpOptions = true)
    void keyless(
            @Mixin Common common,
            @Option(names = "--changes", defaultValue = "4500", description = "Row changes (default: 4500).")
                    long changes,
            @Option(names = "--rows", defaultValue = "150000", description = "Rows of the table (default: 150000).")
                    int rows,
            @Option(
                            names = "--contenders",
                            split = ",",
                            defaultValue = "DTS,OWN",
                            description = "Some of DTS, VARIANT, OWN, CEILING (default: DTS, OWN).")
                    Set<Kind> contenders)
            throws InterruptedException {
        drain(common, new KeylessWorkload(changes, rows), EnumSet.copyOf(contenders));
    }

    private static void drain(Common common, Workload workload, Set<Kind> kinds) throws InterruptedException {
        try (Lab lab = Lab.open(common.layout())) {
            new StreamPart(lab, workload, kinds, common.workers).run(common.rounds);
        }
    }

    @Command(
            name = "fixed",
            description = "What a run costs with one table of 100 rows, by processor time.",
            mixinStandardHelpOptions = true)
    void fixed(
            @Mixin Common common,
            @Option(
                            names = "--contenders",
                            split = ",",
                            defaultValue = "DTS",
                            description = "Some of DTS, VARIANT (default: DTS).")
                    Set<Kind> contenders)
            throws InterruptedException {
        try (Lab lab = Lab.open(common.layout())) {
            List<DtsSync.Build> builds = new ArrayList<>();
            if (contenders.contains(Kind.DTS)) {
                builds.add(DtsSync.Build.own(lab));
            }
            if (contenders.contains(Kind.VARIANT)) {
                builds.add(lab.layout().variant());
            }
            new FixedPart(lab, builds, common.workers).run(common.rounds);
        }
    }

    @Command(
            name = "distance",
            description = "A load and a backlog while source, broker or destination is far away, against none of them.",
            mixinStandardHelpOptions = true)
    void distance(
            @Mixin Common common,
            @Option(names = "--rows", defaultValue = "400000", description = "Rows of the load (default: 400000).")
                    long rows,
            @Option(
                            names = "--round-trip",
                            paramLabel = "MILLIS",
                            defaultValue = "20",
                            description = "How long the way there and back takes, in milliseconds (default: 20).")
                    int roundTripMillis)
            throws InterruptedException {
        try (Distance distance = new Distance();
                Lab lab = Lab.open(common.layout(), distance)) {
            new DistancePart(lab, distance, rows, roundTripMillis, common.workers).run(common.rounds);
        }
    }

    @Command(
            name = "smoke",
            description = {
                "A small load and a small backlog, in less than three minutes: fails if dts-sync's own processor time is well above"
                        + " the figures in scripts/bench.d/smoke.properties, converted to this machine's speed."
            },
            mixinStandardHelpOptions = true)
    void smoke(
            @Mixin Common common,
            @Option(names = "--record", description = "Keep the figures instead of comparing with them.")
                    boolean record)
            throws InterruptedException {
        Layout layout = common.layout();
        try (Lab lab = Lab.open(layout)) {
            Path figures = layout.project().resolve("scripts/bench.d/smoke.properties");
            new SmokePart(lab, common.workers, figures).run(record);
        }
    }

    @Command(
            name = "latency",
            description = "From a commit at the source until its row can be read at the destination.",
            mixinStandardHelpOptions = true)
    void latency(
            @Mixin Common common,
            @Option(
                            names = "--rates",
                            split = ",",
                            defaultValue = "500,2000",
                            description = "Transactions a second (default: 500,2000).")
                    List<Integer> rates,
            @Option(
                            names = "--seconds",
                            defaultValue = "30",
                            description = "How long each is measured, after 15 s that are not (default: 30).")
                    int seconds,
            @Option(
                            names = "--contenders",
                            split = ",",
                            description = "Some of DTS, VARIANT, OWN, SINK (default: DTS, OWN, SINK).")
                    @Nullable
                    Set<Kind> contenders)
            throws InterruptedException {
        Set<Kind> kinds = contenders == null ? EnumSet.of(Kind.DTS, Kind.OWN, Kind.SINK) : EnumSet.copyOf(contenders);
        kinds.remove(Kind.CEILING);
        try (Lab lab = Lab.open(common.layout())) {
            new LatencyPart(lab, List.copyOf(kinds), seconds, common.workers).run(rates, common.rounds);
        }
    }

    @Command(
            name = "snapshot",
            description = "A whole database until it is loaded and indexed; needs Debian's postgresql-15 and pgcopydb.",
            mixinStandardHelpOptions = true)
    void snapshot(
            @Mixin Common common,
            @Mixin Size size,
            @Option(
                            names = "--contenders",
                            split = ",",
                            description = "Some of DTS, VARIANT, PGCOPYDB, DUMP (default: all but VARIANT).")
                    @Nullable
                    Set<Copy> contenders)
            throws InterruptedException {
        Set<Copy> copies =
                contenders == null ? EnumSet.complementOf(EnumSet.of(Copy.VARIANT)) : EnumSet.copyOf(contenders);
        try (Lab lab = Lab.openInstalled(common.layout())) {
            new SnapshotPart(lab, size.history(), copies, common.workers).run(common.rounds);
        }
    }

    @Command(
            name = "verify",
            description = "The comparison of both ends, against the snapshot of the same data.",
            mixinStandardHelpOptions = true)
    void verify(@Mixin Common common, @Mixin Size size) throws InterruptedException {
        try (Lab lab = Lab.open(common.layout())) {
            History history = size.history();
            new SnapshotPart(lab, history, EnumSet.of(Copy.DTS), common.workers).run(common.rounds);
        }
    }

    @Command(
            name = "replay",
            description = "The topics read again: as NDJSON, as a proof, into another database.",
            mixinStandardHelpOptions = true)
    void replay(
            @Mixin Common common,
            @Option(names = "--changes", defaultValue = "500000", description = "Row changes (default: 500000).")
                    long changes)
            throws InterruptedException {
        try (Lab lab = Lab.open(common.layout())) {
            new ReplayPart(lab, new MixedWorkload(changes, 10, 3, 10_000), common.workers).run(common.rounds);
        }
    }

    @Command(
            name = "growth",
            description = "How time and memory grow with changes and tables; draws docs/lab/performance-growth.svg.",
            mixinStandardHelpOptions = true)
    void growth(
            @Mixin Common common,
            @Option(
                            names = "--most-changes",
                            defaultValue = "1000000",
                            description = "Row changes of the last step (default: 1000000).")
                    long mostChanges,
            @Option(
                            names = "--most-tables",
                            defaultValue = "1000",
                            description = "Tables of the last step (default: 1000).")
                    int mostTables)
            throws InterruptedException {
        Layout layout = common.layout();
        try (Lab lab = Lab.open(layout)) {
            new GrowthPart(lab, common.workers)
                    .run(
                            mostChanges,
                            mostTables,
                            common.rounds,
                            layout.project().resolve("docs/lab/performance-growth.svg"));
        }
    }

    @Command(
            name = "all",
            description = "Every part with its defaults, one after the other; takes about an hour.",
            mixinStandardHelpOptions = true)
    void all(@Mixin Common common) throws InterruptedException {
        for (int rows : List.of(10, 1, 10_000)) {
            System.out.println("## Backlog, transactions of " + rows);
            stream(common, 500_000, rows, 3, rows == 10 ? null : EnumSet.of(Kind.DTS, Kind.OWN, Kind.CEILING));
        }
        System.out.println("## Backlog, 500 tables never seen before");
        tables(common, 500, 100_000, EnumSet.of(Kind.DTS, Kind.OWN, Kind.CEILING));
        System.out.println("## Backlog, large rows");
        large(common, 300, 700_000, EnumSet.of(Kind.DTS, Kind.OWN));
        System.out.println("## Backlog, a table without a key");
        keyless(common, 4_500, 150_000, EnumSet.of(Kind.DTS, Kind.OWN));
        System.out.println("## Latency");
        latency(common, List.of(500, 2_000), 30, null);
        System.out.println("## Snapshot and verify");
        snapshot(common, new Size(), EnumSet.complementOf(EnumSet.of(Copy.VARIANT)));
        System.out.println("## Fixed cost");
        fixed(common, EnumSet.of(Kind.DTS));
        System.out.println("## Distance");
        distance(common, 400_000, 20);
        System.out.println("## Replay");
        replay(common, 500_000);
        System.out.println("## Growth");
        growth(common, 1_000_000, 1_000);
    }

    private Bench() {}

    /** Runs a part; exits with 1 if the measurement would not be valid. */
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
