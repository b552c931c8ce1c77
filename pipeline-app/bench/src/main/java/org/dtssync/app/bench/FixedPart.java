package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.List;

/** What a run costs that has next to nothing to do: one table of 100 rows, from a cold JVM until caught up. */
final class FixedPart {

    private final Lab lab;
    private final List<DtsSync.Build> builds;
    private final int workers;

    FixedPart(Lab lab, List<DtsSync.Build> builds, int workers) {
        this.lab = lab;
        this.builds = builds;
        this.workers = workers;
    }

    void run(int rounds) throws InterruptedException {
        History history = new History(100, 1, 0);
        Database source = lab.source().createDatabase("source");
        history.create(source);
        List<Timing> timings = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            for (DtsSync.Build build : builds) {
                Database destination = lab.destination().createDatabase("fixed");
                try (DtsSync task = new DtsSync(lab, source, destination, workers, build)) {
                    timings.add(Timing.of(
                            lab,
                            build.name(),
                            () -> Timing.Own.awaited(task.command(List.of(), "run", "--until", "caught-up"))));
                    Equality.require(build.name(), source, destination, history.tableNames());
                }
                lab.destination().dropDatabase(destination);
            }
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
        for (String name : builds.stream().map(DtsSync.Build::name).toList()) {
            table.add(
                    name,
                    Timing.median(timings, name, Timing::seconds),
                    Timing.median(timings, name, timing -> timing.own().cpuSeconds()),
                    Timing.median(timings, name, Timing::sourceCpuSeconds),
                    Timing.median(timings, name, Timing::destinationCpuSeconds),
                    Timing.median(timings, name, Timing::kafkaCpuSeconds),
                    Timing.median(timings, name, Timing::allCpuSeconds),
                    (long) Timing.median(timings, name, timing -> timing.own().residentMegabytes()));
        }
        System.out.println(table);
    }
}
