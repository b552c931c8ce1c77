package org.dtssync.app.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.dtssync.connectors.capture.FirstCut;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.ReplicationSlot;

/**
 * Starts a capture and kills it, again and again, while changes are written; a reader that follows the cuts must then find
 * every committed change exactly once, in order.
 *
 * <p>Runs once, in one thread.
 */
final class CaptureKillLoop {

    private static final long START_LIMIT_SECONDS = 180;
    private static final long ARRIVAL_LIMIT_SECONDS = 300;
    private static final long POLL_MILLIS = 20;
    private static final int LONGEST_LIFE_MILLIS = 1_200;

    private static final String STRUCTURE = """
            CREATE TABLE public.entry (id bigint PRIMARY KEY, note text);
            CREATE TABLE public.remark (id bigint PRIMARY KEY, note text);
            ALTER TABLE public.entry REPLICA IDENTITY FULL;
            """;

    private final Path directory;
    private final CaptureProcess capture;
    private final long seed;
    private final PrintWriter out;

    /**
     * The result of a loop.
     *
     * @param starts how often the capture was started
     * @param changes how many changes were committed, all of which were found
     */
    record Result(int starts, long changes) {}

    /**
     * Prepares a loop.
     *
     * @param directory where the processes' output goes
     * @param capture what is started; its source is an empty database
     * @param out receives its progress
     */
    CaptureKillLoop(Path directory, CaptureProcess capture, long seed, PrintWriter out) {
        this.directory = directory;
        this.capture = capture;
        this.seed = seed;
        this.out = out;
    }

    /**
     * Runs to its end.
     *
     * @param starts how often the capture is started; the last one is left alone until everything has arrived
     * @throws ChaosException if a change is missing, came twice or out of order
     */
    Result run(int starts) throws IOException, InterruptedException, SQLException {
        out.println("seed " + seed + ", " + starts + " starts of a capture alone, logs in " + directory);
        prepare();
        Path description = directory.resolve("capture.properties");
        capture.write(description);
        List<String> written;
        try (Scribe scribe = Scribe.start(capture.sourceUrl(), capture.user(), seed)) {
            Random random = new Random(seed);
            for (int start = 1; start < starts; start++) {
                Process process = start(description, start);
                try {
                    awaitStreaming(process, start, random);
                } finally {
                    process.destroyForcibly().waitFor();
                }
            }
            written = scribe.stop();
        }
        Process last = start(description, starts);
        try {
            requireSame(written, awaitAll(last, written.size()));
        } finally {
            last.destroyForcibly().waitFor();
        }
        return new Result(starts, written.size());
    }

    private void prepare() throws SQLException {
        try (Connection connection = capture.source().open();
                Statement statement = connection.createStatement()) {
            statement.execute(STRUCTURE);
            statement.execute("CREATE PUBLICATION " + capture.slot() + " FOR TABLE public.entry, public.remark");
            Lsn start = new ReplicationSlot(capture.slot()).create(connection);
            String system = Objects.requireNonNull(
                    End.query(connection, "SELECT system_identifier::text FROM pg_control_system()"),
                    "Each server has one.");
            new FirstCut(capture.settings(), capture.codec()).write(start, system);
        }
    }

    private Process start(Path description, int number) throws IOException {
        List<String> command = new ArrayList<>(Java.command("-Xmx192m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CaptureProcess.class.getName()));
        command.add(description.toString());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(number).toFile())
                .start();
    }

    private Path log(int number) {
        return directory.resolve("capture-" + number + ".log");
    }

    /** Now and then it is killed before it streams, in the middle of its start. */
    private void awaitStreaming(Process process, int number, Random random) throws IOException, InterruptedException {
        if (random.nextInt(5) == 0) {
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(3_000));
            return;
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_SECONDS);
        while (!Files.readString(log(number)).contains(CaptureProcess.STREAMS)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new ChaosException("Start " + number + " of the capture does not stream: " + log(number));
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
    }

    private List<String> awaitAll(Process process, int count) throws InterruptedException {
        CutFollower follower = new CutFollower(capture);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ARRIVAL_LIMIT_SECONDS);
        while (true) {
            List<String> found = follower.changes();
            if (found.size() >= count || System.nanoTime() > deadline || !process.isAlive()) {
                return found;
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    private void requireSame(List<String> written, List<String> found) {
        int common = Math.min(written.size(), found.size());
        for (int i = 0; i < common; i++) {
            if (!written.get(i).equals(found.get(i))) {
                throw new ChaosException("Change " + (i + 1) + " of " + written.size() + " is '" + written.get(i)
                        + "', but the cuts have '" + found.get(i) + "' there. Logs are in " + directory + ".");
            }
        }
        if (written.size() != found.size()) {
            throw new ChaosException(
                    written.size() + " changes were committed, but the cuts have " + found.size() + ".");
        }
    }
}
