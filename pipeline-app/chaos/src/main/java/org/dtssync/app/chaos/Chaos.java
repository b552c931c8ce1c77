package org.dtssync.app.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.apache.commons.io.FileUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code scripts/chaos}. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Keeps a mixed load running on its own servers, injects one fault after another at random moments,",
            "and proves that dts-sync recovers by itself, loses nothing, duplicates nothing, and always shows a prefix.",
            "Exits with 0 if every promise was kept, with 1 if one was broken; then the servers' data and logs are kept."
        },
        footer = {
            "",
            "Examples:",
            "  scripts/chaos --faults 100 --seed 1",
            "  scripts/chaos --faults 20 --kinds KILL_DTS_SYNC,CRASH_SOURCE",
            "  scripts/chaos --faults 20 --ddl",
            "  scripts/chaos --faults 1 --ddl --seeds 20",
            "  scripts/chaos --starts 200"
        })
public final class Chaos implements Callable<Integer> {

    @Option(names = "--faults", paramLabel = "N", description = "How many faults (default: 100).")
    private int faults = 100;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Determines the faults and their times (default: random).")
    private @Nullable Long seed;

    @Option(
            names = "--kinds",
            split = ",",
            paramLabel = "KIND",
            description = "Some of ${COMPLETION-CANDIDATES} (default: all).")
    private Set<Fault> kinds = EnumSet.allOf(Fault.class);

    @Option(
            names = "--starts",
            paramLabel = "N",
            description = "Instead: kill capture alone this many times, and follow its cuts.")
    private int starts;

    @Option(
            names = "--ddl",
            description = "Change the structure of the source meanwhile, at random, in transactions with rows.")
    private boolean ddl;

    @Option(
            names = "--renames",
            description = "With --ddl: tables and columns also change names with each other, and make room for others.")
    private boolean renames;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description =
                    "With --ddl: so many seeds, one after the other on the same servers, each with its faults (default: 1).")
    private int seeds = 1;

    @Option(names = "--keep", description = "Keep the servers' data and logs.")
    private boolean keep;

    private final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);

    /** Runs the command line. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Chaos()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        Path directory = newDirectory();
        try {
            out.println(starts > 0 ? killLoop(directory) : ordeal(directory));
            if (!keep) {
                FileUtils.deleteDirectory(directory.toFile());
            }
            return 0;
        } catch (ChaosException e) {
            out.println(e.getMessage());
            out.println("Data and logs are in " + directory + ".");
            return 1;
        }
    }

    private String ordeal(Path directory) throws IOException, InterruptedException, SQLException {
        return sentence(new Ordeal(directory, faults, chosenSeeds(), kinds, structure(), out).run());
    }

    private String killLoop(Path directory) throws IOException, InterruptedException, SQLException {
        try (Stage stage = Stage.open(directory)) {
            CaptureProcess capture = new CaptureProcess(
                    Stage.TASK,
                    End.url(stage.atSource().port()),
                    End.USER,
                    stage.broker().bootstrapServers(),
                    stage.registry().url());
            CaptureKillLoop.Result result = new CaptureKillLoop(directory, capture, chosenSeed(), out).run(starts);
            return result.starts() + " starts: every one of " + result.changes()
                    + " changes is in the cuts exactly once, in order";
        }
    }

    private static Path newDirectory() throws IOException {
        Path work =
                Path.of(System.getProperty("chaos.directory", "target/chaos")).toAbsolutePath();
        Files.createDirectories(work);
        return Files.createTempDirectory(work, "run");
    }

    private Ordeal.Structure structure() {
        if (!ddl) {
            return Ordeal.Structure.KEPT;
        }
        return renames ? Ordeal.Structure.RENAMED : Ordeal.Structure.CHANGED;
    }

    private List<Long> chosenSeeds() {
        long first = chosenSeed();
        return LongStream.range(first, first + (ddl ? seeds : 1)).boxed().toList();
    }

    private long chosenSeed() {
        return seed == null ? new SecureRandom().nextInt(1_000_000) : seed;
    }

    /** Summarizes the result of a run in one sentence. */
    static String sentence(Ordeal.Result result) {
        return String.format(
                Locale.ROOT,
                "%d faults, %d transactions, %d of commands, dts-sync started %d times: both ends equal, every one of %d snapshots a commit"
                        + " of the source; longest recovery %.1f s, after %s",
                result.faults(),
                result.transactions(),
                result.reshaped(),
                result.starts(),
                result.snapshots(),
                result.longestRecoveryMillis() / 1e3,
                result.longestAfter() == null
                        ? "nothing"
                        : result.longestAfter().label());
    }
}
