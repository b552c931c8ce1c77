package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The copy of a whole database until it is loaded and indexed, and the comparison of both ends after it. */
final class SnapshotPart {

    private static final String VERIFY = "dts-sync verify";

    private final Lab lab;
    private final History history;
    private final Set<Copy> copies;
    private final int workers;

    /**
     * One copy or comparison.
     *
     * @param name what ran
     * @param seconds how long it took, the start of its process included
     * @param sourceCpuSeconds processor time of the source server
     * @param destinationCpuSeconds processor time of the destination server
     * @param own what its own process took
     */
    record Timing(String name, double seconds, double sourceCpuSeconds, double destinationCpuSeconds, Own own) {}

    /**
     * What the process of dts-sync took, which is one and has a heap.
     *
     * @param cpuSeconds processor time
     * @param heapMegabytes peak of its heap
     * @param residentMegabytes peak of its memory
     */
    record Own(double cpuSeconds, long heapMegabytes, long residentMegabytes) {

        /** Of what consists of several processes and has no heap. */
        static final Own NOT_MEASURED = new Own(0, 0, 0);
    }

    /** An action whose time is taken. */
    private interface Work {
        Own run() throws InterruptedException;
    }

    SnapshotPart(Lab lab, History history, Set<Copy> copies, int workers) {
        this.lab = lab;
        this.history = history;
        this.copies = copies;
        this.workers = workers;
    }

    void run(int rounds) throws InterruptedException {
        Database source = lab.source().createDatabase("source");
        history.create(source);
        System.err.printf(
                "Source has %s.%n",
                source.query("SELECT pg_size_pretty(pg_table_size('public.large')) || ' in its large table'"));
        List<Timing> timings = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            for (Copy copy : copies) {
                Database destination = lab.destination().createDatabase("copy");
                timings.addAll(copy == Copy.DTS ? own(source, destination) : other(copy, source, destination));
                Equality.require(copy.label(), source, destination, history.tableNames());
                lab.destination().dropDatabase(destination);
            }
        }
        System.out.println(report(timings));
    }

    private List<Timing> other(Copy copy, Database source, Database destination) throws InterruptedException {
        return List.of(timed(copy.label(), () -> {
            copy.run(lab, source, destination, workers);
            return Own.NOT_MEASURED;
        }));
    }

    private List<Timing> own(Database source, Database destination) throws InterruptedException {
        try (DtsSync task = new DtsSync(lab, source, destination, workers, DtsSync.Build.own(lab))) {
            Timing copied =
                    timed(Copy.DTS.label(), () -> finish(task.command(List.of(), "run", "--until", "caught-up")));
            Timing verified = timed(VERIFY, () -> finish(task.command(List.of(), "verify")));
            return List.of(copied, verified);
        }
    }

    private static Own finish(Child child) throws InterruptedException {
        child.awaitSuccess(3_600);
        return new Own(child.cpuSeconds(), child.peakHeapMegabytes(), child.peakResidentMegabytes());
    }

    private Timing timed(String name, Work work) throws InterruptedException {
        double sourceBefore = lab.source().cpuSeconds();
        double destinationBefore = lab.destination().cpuSeconds();
        long start = System.nanoTime();
        Own own = work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        Timing timing = new Timing(
                name,
                seconds,
                lab.source().cpuSeconds() - sourceBefore,
                lab.destination().cpuSeconds() - destinationBefore,
                own);
        System.err.printf(
                Locale.ROOT,
                "%s: %.1f s; CPU s: own %.1f, source %.1f, destination %.1f; heap %d MB, resident %d MB%n",
                name,
                seconds,
                own.cpuSeconds(),
                timing.sourceCpuSeconds(),
                timing.destinationCpuSeconds(),
                own.heapMegabytes(),
                own.residentMegabytes());
        return timing;
    }

    private String report(List<Timing> timings) {
        Table table = new Table(
                "what",
                "seconds",
                "rows /s",
                "snapshot by dts-sync is x",
                "own CPU s",
                "source CPU s",
                "destination CPU s",
                "heap MB",
                "resident MB");
        double own = median(timings, Copy.DTS.label(), Timing::seconds);
        for (String name : timings.stream().map(Timing::name).distinct().toList()) {
            double seconds = median(timings, name, Timing::seconds);
            table.add(
                    name,
                    seconds,
                    history.allRows() / seconds,
                    seconds / own,
                    median(timings, name, timing -> timing.own().cpuSeconds()),
                    median(timings, name, Timing::sourceCpuSeconds),
                    median(timings, name, Timing::destinationCpuSeconds),
                    (long) median(timings, name, timing -> timing.own().heapMegabytes()),
                    (long) median(timings, name, timing -> timing.own().residentMegabytes()));
        }
        double verify = median(timings, VERIFY, Timing::seconds);
        return table
                + String.format(Locale.ROOT, "%nVerify against the snapshot of the same data: %.2f x%n", own / verify);
    }

    private static double median(List<Timing> timings, String name, ToDoubleFunction<Timing> figure) {
        return Table.median(timings.stream()
                .filter(timing -> timing.name().equals(name))
                .mapToDouble(figure)
                .toArray());
    }
}
