package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The copy of a whole database until it is loaded and indexed, and the comparison of both ends after it. */
final class SnapshotPart {

    private static final String VERIFY = "dts-sync verify";

    private final Lab lab;
    private final History history;
    private final Set<Copy> copies;
    private final int workers;

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
                timings.addAll(
                        switch (copy) {
                            case DTS -> own(source, destination);
                            case VARIANT -> variant(source, destination);
                            default -> other(copy, source, destination);
                        });
                Equality.require(copy.label(), source, destination, history.tableNames());
                lab.destination().dropDatabase(destination);
            }
        }
        System.out.println(report(timings));
    }

    private List<Timing> other(Copy copy, Database source, Database destination) throws InterruptedException {
        return List.of(
                Timing.of(lab, copy.label(), () -> new Timing.Own(copy.run(lab, source, destination, workers), 0, 0)));
    }

    private List<Timing> variant(Database source, Database destination) throws InterruptedException {
        try (DtsSync task =
                new DtsSync(lab, source, destination, workers, lab.layout().variant())) {
            return List.of(load(Copy.VARIANT, task));
        }
    }

    private Timing load(Copy copy, DtsSync task) throws InterruptedException {
        return Timing.of(
                lab, copy.label(), () -> Timing.Own.awaited(task.command(List.of(), "run", "--until", "caught-up")));
    }

    private List<Timing> own(Database source, Database destination) throws InterruptedException {
        try (DtsSync task = new DtsSync(lab, source, destination, workers, DtsSync.Build.own(lab))) {
            Timing copied = load(Copy.DTS, task);
            Timing verified = Timing.of(lab, VERIFY, () -> Timing.Own.awaited(task.command(List.of(), "verify")));
            return List.of(copied, verified);
        }
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
                "CPU s of all",
                "heap MB",
                "resident MB");
        double own = Timing.median(timings, Copy.DTS.label(), Timing::seconds);
        for (String name : timings.stream().map(Timing::name).distinct().toList()) {
            double seconds = Timing.median(timings, name, Timing::seconds);
            table.add(
                    name,
                    seconds,
                    history.allRows() / seconds,
                    seconds / own,
                    Timing.median(timings, name, timing -> timing.own().cpuSeconds()),
                    Timing.median(timings, name, Timing::sourceCpuSeconds),
                    Timing.median(timings, name, Timing::destinationCpuSeconds),
                    Timing.median(timings, name, Timing::allCpuSeconds),
                    (long) Timing.median(timings, name, timing -> timing.own().heapMegabytes()),
                    (long) Timing.median(timings, name, timing -> timing.own().residentMegabytes()));
        }
        double verify = Timing.median(timings, VERIFY, Timing::seconds);
        return table
                + String.format(Locale.ROOT, "%nVerify against the snapshot of the same data: %.2f x%n", own / verify);
    }
}
