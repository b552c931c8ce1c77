package org.dtssync.app.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One run: a load, a reader, a task, and one fault after the other at random moments. After each a row written at the source
 * must arrive within a bounded time; at the end everything must be equal.
 *
 * <p>Runs once, in one thread.
 */
final class Ordeal {

    private static final Duration BEGIN_LIMIT = Duration.ofMinutes(5);
    private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(5);
    private static final int LONGEST_CALM_MILLIS = 2_500;
    private static final int SNAPSHOTS = 30;
    private static final int TRANSACTIONS = 300;

    /** Transactions with commands of a seed. */
    private static final int RESHAPED = 30;

    private static final int REST_MILLIS = 400;

    private static final long POLL_MILLIS = 50;

    private final Path directory;
    private final int faults;
    private final List<Long> seeds;
    private final Set<Fault> kinds;
    private final Structure structure;
    private final boolean reshaped;
    private final PrintWriter out;
    private long marks;

    /** How the structure of the source is changed during a run. */
    enum Structure {
        KEPT,
        CHANGED,
        /** Names are changed in every way too. */
        RENAMED
    }

    /**
     * The result of a run.
     *
     * @param faults how many faults it had
     * @param snapshots how many snapshots of the destination were checked
     * @param transactions how many transactions the load committed
     * @param reshaped how many transactions changed the structure
     * @param starts how often dts-sync was started
     * @param longestRecoveryMillis the longest time from a fault's end until a row written then had arrived
     * @param longestAfter the fault it was
     */
    record Result(
            int faults,
            long snapshots,
            long transactions,
            long reshaped,
            int starts,
            long longestRecoveryMillis,
            @Nullable Fault longestAfter) {}

    /**
     * Prepares a run; nothing is started yet.
     *
     * @param directory where its servers keep their data; left as it is
     * @param faults how many faults each seed has
     * @param seeds one after the other on the same servers; the first begins with the load
     * @param kinds the kinds of faults to choose from
     * @param structure how the structure of the source is changed meanwhile
     * @param out receives its progress, one line per fault
     */
    Ordeal(Path directory, int faults, List<Long> seeds, Set<Fault> kinds, Structure structure, PrintWriter out) {
        this.directory = directory;
        this.faults = faults;
        this.seeds = List.copyOf(seeds);
        this.kinds = Set.copyOf(kinds);
        this.structure = structure;
        this.reshaped = structure != Structure.KEPT;
        this.out = out;
    }

    /**
     * Runs to its end.
     *
     * @throws ChaosException if a promise was broken
     */
    Result run() throws IOException, InterruptedException, SQLException {
        long first = seeds.get(0);
        out.println("seed " + first + ", " + faults + " faults, servers in " + directory);
        try (Stage stage = Stage.open(directory, reshaped ? Stage.Versions.of(first) : Stage.Versions.USUAL)) {
            Books.create(stage.atSource());
            stage.atSource().execute(Reshaper.STRUCTURE);
            try (RunningTask task = new RunningTask(directory, stage.taskFile());
                    Reader reader = Reader.start(stage.atDestination(), Stage.TASK, Books.invariants(reshaped));
                    Load load = Load.start(stage.atSource(), first)) {
                task.begin("capture", BEGIN_LIMIT.toSeconds());
                Tally tally = new Tally();
                for (long seed : seeds) {
                    seed(seed, stage, task, reader, load, tally);
                }
                load.stop();
                finish(stage, task, reader);
                return new Result(
                        tally.faults,
                        reader.snapshots(),
                        load.committed(),
                        tally.reshaped,
                        task.starts(),
                        tally.longestRecoveryMillis,
                        tally.longestAfter);
            }
        }
    }

    /** What the seeds have had so far. */
    private static final class Tally {

        private int faults;
        private long reshaped;
        private long longestRecoveryMillis;
        private @Nullable Fault longestAfter;

        private void recovered(Fault fault, long millis) {
            faults++;
            if (millis >= longestRecoveryMillis) {
                longestRecoveryMillis = millis;
                longestAfter = fault;
            }
        }
    }

    /** The faults of a seed, and the changes of structure around them. */
    private void seed(long seed, Stage stage, RunningTask task, Reader reader, Load load, Tally tally)
            throws IOException, InterruptedException, SQLException {
        if (!reshaped) {
            faults(seed, stage, task, reader, load, tally);
            awaitLoad(task, reader, load);
            return;
        }
        try (Reshaper reshaper = Reshaper.start(
                stage.atSource(),
                seed,
                structure == Structure.RENAMED,
                seed == seeds.get(0) ? Reshaper.REST_OF_A_LOAD_MILLIS : REST_MILLIS)) {
            faults(seed, stage, task, reader, load, tally);
            awaitLoad(task, reader, load);
            reshaper.awaitCommitted(RESHAPED, RECOVERY_LIMIT);
            reshaper.stop();
            tally.reshaped += reshaper.committed();
        }
        awaitMark(stage, task, RECOVERY_LIMIT);
        requireEqual(stage, Reshaper.OWN);
        reader.requireNeverBroken();
        out.println("seed " + seed + ": equal after " + tally.reshaped + " transactions with commands");
        if (seed != seeds.get(seeds.size() - 1)) {
            stage.atSource().execute(Reshaper.CLEARANCE);
        }
    }

    private void faults(long seed, Stage stage, RunningTask task, Reader reader, Load load, Tally tally)
            throws IOException, InterruptedException {
        Random random = new Random(seed);
        List<Fault> sequence = Fault.sequence(faults, possible(stage), random);
        Striker striker = new Striker(stage, task, random);
        for (int number = 1; number <= sequence.size(); number++) {
            Fault fault = sequence.get(number - 1);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_CALM_MILLIS));
            task.requireAlive();
            long began = System.nanoTime();
            striker.strike(fault);
            long ended = System.nanoTime();
            awaitMark(stage, task, RECOVERY_LIMIT);
            long recovery = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ended);
            reader.requireNeverBroken();
            out.println(String.format(
                    Locale.ROOT,
                    "%4d  %-18s lasted %5.1f s, %5.1f s until a row arrived, %d transactions so far",
                    number,
                    fault.label(),
                    (ended - began) / 1e9,
                    recovery / 1e3,
                    load.committed()));
            tally.recovered(fault, recovery);
        }
    }

    private Set<Fault> possible(Stage stage) {
        Set<Fault> possible = EnumSet.copyOf(kinds);
        if (possible.contains(Fault.FULL_DISK) && stage.disk().isEmpty()) {
            out.println("no small file system can be mounted here: the fault full disk is left out");
            possible.remove(Fault.FULL_DISK);
        }
        return possible;
    }

    /** Writes a row at the source and waits until it is at the destination: everything written before is there then too. */
    private void awaitMark(Stage stage, RunningTask task, Duration limit) throws IOException, InterruptedException {
        long mark = ++marks;
        stage.atSource().executePatiently("UPDATE public.mark SET number = " + mark);
        long deadline = System.nanoTime() + limit.toNanos();
        while (arrived(stage.atDestination()) < mark) {
            task.requireAlive();
            if (System.nanoTime() > deadline) {
                throw new ChaosException(
                        "A row did not arrive within " + limit.toSeconds() + " s after the fault: " + task.tail());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private static long arrived(End destination) {
        try (Connection connection = destination.open()) {
            String number = End.query(connection, "SELECT number FROM public.mark");
            return number == null ? -1 : Long.parseLong(number);
        } catch (SQLException e) {
            // The table is not there yet, or the server is still coming up.
            return -1;
        }
    }

    /**
     * A short run may have all of its faults before the consistency point, and a busy machine commits little meanwhile: the reader is
     * to see a load all the same.
     */
    private static void awaitLoad(RunningTask task, Reader reader, Load load) throws IOException, InterruptedException {
        task.awaitPhase("incremental", BEGIN_LIMIT.toSeconds());
        long deadline = System.nanoTime() + RECOVERY_LIMIT.toNanos();
        while (reader.snapshots() < SNAPSHOTS || load.committed() < TRANSACTIONS) {
            task.requireAlive();
            reader.requireNeverBroken();
            if (System.nanoTime() > deadline) {
                throw new ChaosException("The reader took " + reader.snapshots() + " snapshots of " + load.committed()
                        + " transactions only: " + task.tail());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    private void finish(Stage stage, RunningTask task, Reader reader)
            throws IOException, InterruptedException, SQLException {
        task.awaitPhase("incremental", BEGIN_LIMIT.toSeconds());
        awaitMark(stage, task, RECOVERY_LIMIT);
        requireEqual(stage, Pattern.compile(".*"));
        reader.stop();
        task.stopAndRelease();
        task.requireNoTraces();
    }

    private static void requireEqual(Stage stage, Pattern rows) throws SQLException, IOException {
        String shapes = stage.atSource().value(Reshaper.SHAPES);
        String arrivedShapes = stage.atDestination().value(Reshaper.SHAPES);
        if (!shapes.equals(arrivedShapes)) {
            throw new ChaosException(
                    "The structure is not equal at both ends:\n" + Differences.of(shapes, arrivedShapes));
        }
        List<String> tables = stage.atSource().tables().stream()
                .filter(table -> rows.matcher(table).matches())
                .toList();
        Map<String, String> written = stage.atSource().rows(tables);
        Map<String, String> arrived = stage.atDestination().rows(tables);
        List<String> different = tables.stream()
                .filter(table -> !Objects.equals(written.get(table), arrived.get(table)))
                .toList();
        if (!different.isEmpty()) {
            throw new ChaosException("These tables are not equal at both ends: "
                    + different.stream()
                            .map(table -> table + "\n"
                                    + Differences.of(written.getOrDefault(table, ""), arrived.getOrDefault(table, "")))
                            .toList());
        }
    }
}
