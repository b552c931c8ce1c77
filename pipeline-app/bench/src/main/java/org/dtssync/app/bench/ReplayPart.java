package org.dtssync.app.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The commands that read the topics again, against the stream that wrote them into the destination. */
final class ReplayPart {

    private static final String STREAM = "run, from source to destination";

    private final Lab lab;
    private final Workload workload;
    private final int workers;

    /**
     * One command.
     *
     * @param name what ran
     * @param seconds how long it took, the start of its process included
     * @param cpuSeconds processor time of its process
     * @param databaseCpuSeconds processor time of the database that it wrote to
     * @param brokerCpuSeconds processor time of the broker
     * @param heapMegabytes peak of its heap
     */
    private record Timing(
            String name,
            double seconds,
            double cpuSeconds,
            double databaseCpuSeconds,
            double brokerCpuSeconds,
            long heapMegabytes) {}

    ReplayPart(Lab lab, Workload workload, int workers) {
        this.lab = lab;
        this.workload = workload;
        this.workers = workers;
    }

    /** Measures and prints. */
    void run(int rounds) throws InterruptedException {
        List<Timing> timings = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            timings.addAll(round(round));
        }
        System.out.println(report(timings));
    }

    private List<Timing> round(int round) throws InterruptedException {
        Database source = lab.source().createDatabase("source");
        Database replayed = lab.destination().createDatabase("replayed");
        workload.prepareSource(source);
        try (DtsSync task =
                new DtsSync(lab, source, lab.destination().createDatabase("dts"), workers, DtsSync.Build.own(lab))) {
            task.prepare();
            Path base = lab.directory().resolve("base-" + round);
            task.command(List.of(), "base", "--to", base.toString()).awaitSuccess(3_600);
            System.err.printf(
                    "Backlog of %,d changes written in %.1f s.%n", workload.changes(), workload.write(source));
            List<Timing> timings = new ArrayList<>();
            timings.add(timed(STREAM, task.command(List.of(), "run", "--until", "caught-up")));
            timings.add(timed("replay changes --json", task.replay("changes", "--json")));
            timings.add(timed("replay prove", task.replay("prove")));
            timings.add(timed(
                    "replay into",
                    task.replay(
                            "into",
                            "--target",
                            target(replayed, round).toString(),
                            "--as-of",
                            "latest",
                            "--base",
                            base.toString())));
            Equality.require("replay into", source, replayed, workload.tableNames());
            timings.add(timed(
                    "replay prove --against",
                    task.replay("prove", "--against", "destination", "--base", base.toString())));
            return timings;
        } finally {
            lab.destination().dropDatabase(replayed);
            lab.source().dropDatabase(source);
        }
    }

    private Path target(Database database, int round) {
        try {
            return Files.writeString(
                    lab.directory().resolve("target-" + round + ".yaml"),
                    "destination: { url: \"%s\", user: postgres }%n".formatted(database.url()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Timing timed(String name, Child child) throws InterruptedException {
        double databaseBefore = lab.destination().cpuSeconds();
        double brokerBefore = lab.broker().cpuSeconds();
        long start = System.nanoTime();
        child.awaitSuccess(3_600);
        double seconds = (System.nanoTime() - start) / 1e9;
        Timing timing = new Timing(
                name,
                seconds,
                child.cpuSeconds(),
                lab.destination().cpuSeconds() - databaseBefore,
                lab.broker().cpuSeconds() - brokerBefore,
                child.peakHeapMegabytes());
        System.err.printf(
                Locale.ROOT,
                "%s: %.1f s, %,.0f changes/s; CPU s: own %.1f, database %.1f, broker %.1f; heap %d MB%n",
                name,
                seconds,
                workload.changes() / seconds,
                timing.cpuSeconds(),
                timing.databaseCpuSeconds(),
                timing.brokerCpuSeconds(),
                timing.heapMegabytes());
        return timing;
    }

    private String report(List<Timing> timings) {
        Table table = new Table(
                "what",
                "seconds",
                "changes /s",
                "the stream is x",
                "CPU s a million",
                "its own",
                "database's",
                "broker's",
                "heap MB");
        double stream = median(timings, STREAM, Timing::seconds);
        double millions = workload.changes() / 1e6;
        for (String name : timings.stream().map(Timing::name).distinct().toList()) {
            double seconds = median(timings, name, Timing::seconds);
            table.add(
                    name,
                    seconds,
                    workload.changes() / seconds,
                    stream / seconds,
                    median(
                                    timings,
                                    name,
                                    each -> each.cpuSeconds() + each.databaseCpuSeconds() + each.brokerCpuSeconds())
                            / millions,
                    median(timings, name, Timing::cpuSeconds) / millions,
                    median(timings, name, Timing::databaseCpuSeconds) / millions,
                    median(timings, name, Timing::brokerCpuSeconds) / millions,
                    (long) median(timings, name, Timing::heapMegabytes));
        }
        return table.toString();
    }

    private static double median(List<Timing> timings, String name, ToDoubleFunction<Timing> figure) {
        return Table.median(timings.stream()
                .filter(timing -> timing.name().equals(name))
                .mapToDouble(figure)
                .toArray());
    }
}
