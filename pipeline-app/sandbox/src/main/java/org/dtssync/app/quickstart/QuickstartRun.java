package org.dtssync.app.quickstart;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dtssync.app.config.MetricsSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.display.ProgressDisplay;
import org.dtssync.app.metrics.MetricsEndpoint;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskListeners;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/**
 * One run, step by step. Runs once, in one thread, which may be interrupted at any moment; whatever happens, everything it
 * started has ended and its files are removed when it returns.
 */
final class QuickstartRun {

    private static final MetricsSettings ANY_PORT = new MetricsSettings("127.0.0.1", 0);

    /**
     * The options of a run.
     *
     * @param rows approximate number of rows of the sample shop
     * @param seconds how long the application keeps writing in phase incremental
     * @param keep whether everything keeps running until the run is interrupted
     */
    record Options(int rows, int seconds, boolean keep) {}

    private static final long POLL_MILLIS = 500;

    private final Options options;
    private final PrintWriter out;
    private final PrintWriter err;
    private final StopSignal stop;
    private final PhaseClock clock = new PhaseClock();

    /**
     * Prepares a run.
     *
     * @param options its options
     * @param out where the report goes
     * @param err where everything else goes
     * @param stop sets the exit code of a signal
     */
    QuickstartRun(Options options, PrintWriter out, PrintWriter err, StopSignal stop) {
        this.options = options;
        this.out = out;
        this.err = err;
        this.stop = stop;
    }

    /**
     * Runs.
     *
     * @throws SyncException if it fails, or of kind DIFFERENCE if the databases are not equal
     */
    void run() throws InterruptedException {
        try (Workplace place = Workplace.create();
                QuickstartServers servers = new QuickstartServers(place.directory())) {
            startServers(servers);
            Shop shop = createShop(servers);
            ShopTaskFile file = writeTaskFile(place, servers, shop);
            move(shop, file);
        }
        sayWhatIsNext();
    }

    private void sayWhatIsNext() {
        say("");
        say("All servers are stopped and all files removed. What next:");
        say("    scripts/quickstart --keep   leaves everything running, to look around and to try commands on it");
        say("    docs/tutorial.md            takes the same steps one by one");
        say(
                "    README.md                   'Run it on your own databases and Kafka': the rights, a task file, precheck");
    }

    private void startServers(QuickstartServers servers) throws InterruptedException {
        clock.begin("servers");
        say("Starting PostgreSQL " + QuickstartServers.SOURCE_MAJOR + " (source) and "
                + QuickstartServers.DESTINATION_MAJOR + " (destination), Kafka and the schema registry.");
        servers.start();
    }

    private Shop createShop(QuickstartServers servers) throws InterruptedException {
        clock.begin("sample");
        say("Creating a sample shop of about " + String.format(Locale.ROOT, "%,d", options.rows())
                + " rows at the source.");
        return Waiting.on("quickstart-sample", () -> Shop.create(servers, options.rows()));
    }

    private ShopTaskFile writeTaskFile(Workplace place, QuickstartServers servers, Shop shop) {
        ShopTaskFile file = ShopTaskFile.write(place.directory(), servers, shop);
        say("The task file, " + file.path() + ":");
        file.text().lines().forEach(line -> say("    " + line));
        return file;
    }

    private void move(Shop shop, ShopTaskFile file) throws InterruptedException {
        TaskFile task = file.read();
        say("Load started: four clients are writing to the source.");
        try (ShopLoad load = new ShopLoad(shop.application());
                LagProbe probe = new LagProbe(shop.source(), shop.destination());
                MetricsEndpoint metrics = MetricsEndpoint.start(ANY_PORT, task);
                ProgressDisplay display = new ProgressDisplay(err);
                PipelineRun pipeline =
                        new PipelineRun(task, clock, new TaskListeners(List.of(display, clock, metrics.listener())))) {
            startLoad(load);
            pipeline.start();
            pipeline.awaitIncremental();
            load.check();
            follow(load, probe);
            stopLoad(load, probe);
            pipeline.check();
            VerifyReport verification = verify(pipeline);
            display.rest();
            say(traffic(load, probe));
            report(verification, check(shop), probe);
            switchThereAndBack(pipeline);
            if (options.keep()) {
                keep(shop, file, pipeline, metrics);
            }
        }
    }

    private void startLoad(ShopLoad load) {
        load.start();
    }

    /** Lets the application keep writing for a while, once the changes accumulated during finalize are applied. */
    private void follow(ShopLoad load, LagProbe probe) throws InterruptedException {
        probe.start();
        probe.awaitVisible();
        probe.sample();
        long deadline =
                System.nanoTime() + Duration.ofSeconds(options.seconds()).toNanos();
        while (System.nanoTime() < deadline) {
            load.check();
            probe.check();
            Thread.sleep(50);
        }
    }

    private void stopLoad(ShopLoad load, LagProbe probe) throws InterruptedException {
        clock.begin("lag to zero");
        load.stop();
        probe.finish();
    }

    private static String traffic(ShopLoad load, LagProbe probe) {
        return String.format(
                Locale.ROOT,
                "Load stopped: %,d transactions committed, %,d rolled back. Lag zero. The sum of all balances was right"
                        + " each of the %,d times it was read at the destination.",
                load.commits(),
                load.rollbacks(),
                probe.sumsSeen());
    }

    private VerifyReport verify(PipelineRun pipeline) throws InterruptedException {
        clock.begin("verify");
        return pipeline.verify();
    }

    private Map<TableName, IndependentCheck.Outcome> check(Shop shop) throws InterruptedException {
        clock.begin("read from both ends");
        Map<TableName, IndependentCheck.Outcome> outcomes = IndependentCheck.run(shop);
        clock.end();
        return outcomes;
    }

    private void report(VerifyReport verification, Map<TableName, IndependentCheck.Outcome> check, LagProbe probe) {
        QuickstartReport report =
                new QuickstartReport(verification, check, probe.samples(), clock.taken(), clock.total());
        out.print(report.text());
        if (!report.equal()) {
            throw new SyncException(
                    FaultKind.DIFFERENCE, "The databases are not equal: see DIFFERENT in the table above.", "");
        }
        out.println("Every table is equal.");
        out.flush();
    }

    /** Moves the applications to the destination and back, each after a verification. */
    private void switchThereAndBack(PipelineRun pipeline) throws InterruptedException {
        say("Switching over: repointing the applications to PostgreSQL " + QuickstartServers.DESTINATION_MAJOR + ".");
        move(pipeline, new TaskCommand.Switchover(SwitchMode.MOVE, false));
        say("Rolling back: repointing the applications to PostgreSQL " + QuickstartServers.SOURCE_MAJOR + " again.");
        move(pipeline, new TaskCommand.Rollback(SwitchMode.MOVE, false));
    }

    private void move(PipelineRun pipeline, TaskCommand command) throws InterruptedException {
        SwitchReport report = pipeline.move(command);
        out.printf(
                Locale.ROOT,
                "%s: done; writes were blocked for %.2f s, %d sequences set, both databases %s before.%n",
                command.name(),
                report.stallSeconds(),
                report.sequences(),
                // The verification in the table above may be recent enough for the switch.
                report.verification().equals("reused") ? "equal" : report.verification());
        out.flush();
    }

    /** Waits for a signal. Servers outlive the run, which a command or a fault may end: what is in them is the user's by then. */
    private void keep(Shop shop, ShopTaskFile file, PipelineRun pipeline, MetricsEndpoint metrics)
            throws InterruptedException {
        stop.endWith(0);
        TaskFile task = file.read();
        say("");
        say("Everything keeps running until Ctrl-C. Whatever you write to the source arrives at the destination:");
        say("    source       psql " + psqlUrl(shop.source().settings().url(), shop));
        say("    destination  psql " + psqlUrl(shop.destination().settings().url(), shop));
        say("    Kafka        " + task.kafka().properties().get("bootstrap.servers"));
        say("    registry     " + task.registry().url());
        metrics.url().ifPresent(url -> say("    metrics      " + url));
        say("Try, in another terminal:");
        for (String command : List.of("status", "verify", "switchover", "rollback")) {
            say("    scripts/dts-sync " + command + " " + file.path());
        }
        sayHowItEnded(pipeline, file);
        while (true) {
            Thread.sleep(POLL_MILLIS);
        }
    }

    private void sayHowItEnded(PipelineRun pipeline, ShopTaskFile file) throws InterruptedException {
        while (pipeline.isRunning()) {
            Thread.sleep(POLL_MILLIS);
        }
        say("");
        try {
            pipeline.check();
            say("The run has ended. The servers stay until Ctrl-C.");
        } catch (SyncException e) {
            say(e.getMessage());
            say("The run has ended. The servers stay until Ctrl-C; continue the task with:");
            say("    scripts/dts-sync run " + file.path());
        }
    }

    private static String psqlUrl(String jdbcUrl, Shop shop) {
        return jdbcUrl.replace("jdbc:postgresql://", "postgresql://" + Shop.MIGRATOR + ":" + shop.password() + "@");
    }

    private void say(String line) {
        err.println(line);
        err.flush();
    }
}
