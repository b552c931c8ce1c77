package org.dtssync.app.bench;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/**
 * A small load and a small backlog, whose processor time of dts-sync's own process is compared with what the repository keeps: a guard against
 * a loss of speed that nobody intended, not a measurement.
 */
final class SmokePart {

    /** Processor time differs between runs by a tenth; a machine that does other work adds up to two fifths. */
    private static final double MARGIN = 2;

    private static final String YARDSTICK = "yardstick.cpu.seconds";
    private static final String LOAD = "load.cpu.seconds";
    private static final String BACKLOG = "backlog.cpu.seconds";

    private final Lab lab;
    private final int workers;
    private final Path figures;

    SmokePart(Lab lab, int workers, Path figures) {
        this.lab = lab;
        this.workers = workers;
        this.figures = figures;
    }

    /**
     * Measures and compares.
     *
     * @param record whether the figures are kept instead of compared
     */
    void run(boolean record) throws InterruptedException {
        double yardstick = Yardstick.cpuSeconds();
        double load = load();
        double backlog = StreamPart.median(
                new StreamPart(lab, new MixedWorkload(100_000, 10, 3, 10_000), java.util.Set.of(Kind.DTS), workers)
                        .measure(1),
                Drain::cpuSeconds);
        if (record) {
            keep(yardstick, load, backlog);
            return;
        }
        Properties kept = kept();
        double speed = yardstick / figure(kept, YARDSTICK);
        Table table = new Table("what", "own CPU s", "kept, on this machine", "at most");
        table.add("load of 300,000 rows", load, figure(kept, LOAD) * speed, figure(kept, LOAD) * speed * MARGIN);
        table.add(
                "backlog of 100,000 changes",
                backlog,
                figure(kept, BACKLOG) * speed,
                figure(kept, BACKLOG) * speed * MARGIN);
        System.out.println(table);
        if (load > figure(kept, LOAD) * speed * MARGIN || backlog > figure(kept, BACKLOG) * speed * MARGIN) {
            throw new BenchException(
                    "dts-sync takes more processor time than it did. Repeat on an idle machine, then find the"
                            + " cause with --profile, or keep the new figures with --record.");
        }
    }

    private double load() throws InterruptedException {
        History history = new History(300_000, 1, 20);
        Database source = lab.source().createDatabase("source");
        Database destination = lab.destination().createDatabase("smoke");
        history.create(source);
        try (DtsSync task = new DtsSync(lab, source, destination, workers, DtsSync.Build.own(lab))) {
            Timing timing = Timing.of(
                    lab, "load", () -> Timing.Own.awaited(task.command(List.of(), "run", "--until", "caught-up")));
            Equality.require("load", source, destination, history.tableNames());
            return timing.own().cpuSeconds();
        } finally {
            lab.source().dropDatabase(source);
        }
    }

    private static double figure(Properties kept, String name) {
        return Double.parseDouble(kept.getProperty(name));
    }

    private Properties kept() {
        try (Reader reader = Files.newBufferedReader(figures)) {
            Properties kept = new Properties();
            kept.load(reader);
            return kept;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void keep(double yardstick, double load, double backlog) {
        try (Writer writer = Files.newBufferedWriter(figures)) {
            writer.write("# Kept by scripts/bench smoke --record. The yardstick says how fast the machine was.\n");
            for (List<Object> line : List.<List<Object>>of(
                    List.of(YARDSTICK, yardstick), List.of(LOAD, load), List.of(BACKLOG, backlog))) {
                writer.write(String.format(Locale.ROOT, "%s=%.3f%n", line.toArray()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
