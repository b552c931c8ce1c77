package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Drains a backlog that was written while nobody read, with each contender in turn. */
final class StreamPart {

    /** How many changes the JDBC sink gets: by rate it is an order slower than the others. */
    private static final long SINK_CHANGES = 100_000;

    private static final int SETTLE_MILLIS = 500;

    private final Lab lab;
    private final Workload workload;
    private final Set<Kind> kinds;
    private final int workers;

    StreamPart(Lab lab, Workload workload, Set<Kind> kinds, int workers) {
        this.lab = lab;
        this.workload = workload;
        this.kinds = kinds;
        this.workers = workers;
    }

    /** Measures and prints. */
    void run(int rounds) throws InterruptedException {
        System.out.println(report(measure(rounds)));
    }

    /** Measures every contender so many times. */
    List<Drain> measure(int rounds) throws InterruptedException {
        List<Drain> drains = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            List<Kind> together = new ArrayList<>(kinds);
            together.remove(Kind.SINK);
            if (!together.isEmpty()) {
                drains.addAll(round(workload, together));
            }
            if (kinds.contains(Kind.SINK)) {
                drains.addAll(
                        round(workload.withChanges(Math.min(SINK_CHANGES, workload.changes())), List.of(Kind.SINK)));
            }
        }
        return drains;
    }

    /** One backlog, read by each through a slot of its own. */
    private List<Drain> round(Workload written, List<Kind> readers) throws InterruptedException {
        Database source = lab.source().createDatabase("source");
        List<Contender> contenders = new ArrayList<>();
        List<Drain> drains = new ArrayList<>();
        try {
            written.prepareSource(source);
            for (Kind kind : readers) {
                Contender contender = kind.contender(lab, written, source, workers);
                contenders.add(contender);
                contender.prepare();
            }
            double writing = written.write(source);
            System.err.printf("Backlog of %,d changes written in %.1f s.%n", written.changes(), writing);
            // The writer's own session ends a moment later, and its processor time would be counted with the first
            // contender's.
            Pause.millis(SETTLE_MILLIS);
            for (Contender contender : contenders) {
                drains.add(measured(contender, written, source));
            }
            return drains;
        } finally {
            lab.source().dropDatabase(source);
        }
    }

    /** One reads at a time, and is gone before the next begins. */
    private Drain measured(Contender contender, Workload written, Database source) {
        try (contender) {
            Drain drain = new DrainMeasurement(lab, written, source).run(contender);
            System.err.printf(
                    "%s: %.1f s, %,.0f changes/s cold, %,.0f warm; CPU s: own %.1f, source %.1f, destination %.1f, broker %.1f;"
                            + " heap %d MB, resident %d MB%n",
                    drain.contender(),
                    drain.seconds(),
                    drain.coldRate(),
                    drain.warmRate(),
                    drain.cpuSeconds(),
                    drain.sourceCpuSeconds(),
                    drain.destinationCpuSeconds(),
                    drain.brokerCpuSeconds(),
                    drain.heapMegabytes(),
                    drain.residentMegabytes());
            return drain;
        }
    }

    private static String report(List<Drain> drains) {
        Map<String, List<Drain>> byName = new LinkedHashMap<>();
        drains.forEach(drain -> byName.computeIfAbsent(drain.contender(), name -> new ArrayList<>())
                .add(drain));
        List<Drain> own = byName.getOrDefault("dts-sync", List.of());
        Table table = new Table(
                "contender",
                "changes",
                "seconds",
                "cold /s",
                "warm /s",
                "dts-sync is x cold",
                "x warm",
                "CPU s a million",
                "its own",
                "heap MB",
                "resident MB");
        byName.forEach((name, runs) -> table.add(
                name,
                runs.get(0).changes(),
                median(runs, Drain::seconds),
                median(runs, Drain::coldRate),
                median(runs, Drain::warmRate),
                median(own, Drain::coldRate) / median(runs, Drain::coldRate),
                median(own, Drain::warmRate) / median(runs, Drain::warmRate),
                median(runs, Drain::allCpuSeconds) * 1e6 / runs.get(0).changes(),
                median(runs, Drain::cpuSeconds) * 1e6 / runs.get(0).changes(),
                (long) median(runs, Drain::heapMegabytes),
                (long) median(runs, Drain::residentMegabytes)));
        return table.toString();
    }

    static double median(List<Drain> drains, ToDoubleFunction<Drain> figure) {
        return Table.median(drains.stream().mapToDouble(figure).toArray());
    }
}
