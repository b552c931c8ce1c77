package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;

/** What a run costs that has next to nothing to do: one table of 100 rows, from a cold JVM until caught up. */
final class FixedPart {

    private static final String RUN = "dts-sync";

    private final Lab lab;
    private final int workers;

    FixedPart(Lab lab, int workers) {
        this.lab = lab;
        this.workers = workers;
    }

    void run(int rounds) throws InterruptedException {
        History history = new History(100, 1, 0);
        Database source = lab.source().createDatabase("source");
        history.create(source);
        List<Timing> timings = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Database destination = lab.destination().createDatabase("fixed");
            try (DtsSync task = new DtsSync(lab, source, destination, workers, DtsSync.Build.own(lab))) {
                timings.add(Timing.of(
                        lab, RUN, () -> Timing.Own.awaited(task.command(List.of(), "run", "--until", "caught-up"))));
                Equality.require(RUN, source, destination, history.tableNames());
            }
            lab.destination().dropDatabase(destination);
        }
        Table table = new Table(
                "what",
                "seconds",
                "own CPU s",
                "source CPU s",
                "destination CPU s",
                "broker and registry CPU s",
                "CPU s of all",
                "resident MB");
        table.add(
                RUN,
                Timing.median(timings, RUN, Timing::seconds),
                Timing.median(timings, RUN, timing -> timing.own().cpuSeconds()),
                Timing.median(timings, RUN, Timing::sourceCpuSeconds),
                Timing.median(timings, RUN, Timing::destinationCpuSeconds),
                Timing.median(timings, RUN, Timing::kafkaCpuSeconds),
                Timing.median(timings, RUN, Timing::allCpuSeconds),
                (long) Timing.median(timings, RUN, timing -> timing.own().residentMegabytes()));
        System.out.println(table);
    }
}
