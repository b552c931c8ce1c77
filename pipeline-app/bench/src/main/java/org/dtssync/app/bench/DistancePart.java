package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A load and a backlog, each with the start of the process, while one of the servers is far away. */
final class DistancePart {

    private static final long BACKLOG = 100_000;

    private final Lab lab;
    private final Distance distance;
    private final long rows;
    private final int roundTripMillis;
    private final int workers;
    private final Map<String, List<Long>> roundTrips = new HashMap<>();

    DistancePart(Lab lab, Distance distance, long rows, int roundTripMillis, int workers) {
        this.lab = lab;
        this.distance = distance;
        this.rows = rows;
        this.roundTripMillis = roundTripMillis;
        this.workers = workers;
    }

    void run(int rounds) throws InterruptedException {
        History history = new History(rows, 1, 20);
        Database loaded = lab.source().createDatabase("source");
        history.create(loaded);
        List<Timing> timings = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            for (Distance.Place place : Distance.Place.values()) {
                timings.add(load(place, loaded, history));
                timings.add(drain(place));
            }
        }
        distance.set(Distance.Place.NONE, 0);
        Table table = new Table(
                "far away by " + roundTripMillis + " ms",
                "load s",
                "speed against none",
                "backlog s",
                "speed against none",
                "own CPU s load",
                "own CPU s backlog",
                "round trips load",
                "round trips backlog");
        for (Distance.Place place : Distance.Place.values()) {
            double load = Timing.median(timings, name("load", place), Timing::seconds);
            double drain = Timing.median(timings, name("backlog", place), Timing::seconds);
            table.add(
                    place.name().toLowerCase(java.util.Locale.ROOT),
                    load,
                    Timing.median(timings, name("load", Distance.Place.NONE), Timing::seconds) / load,
                    drain,
                    Timing.median(timings, name("backlog", Distance.Place.NONE), Timing::seconds) / drain,
                    Timing.median(
                            timings, name("load", place), timing -> timing.own().cpuSeconds()),
                    Timing.median(
                            timings,
                            name("backlog", place),
                            timing -> timing.own().cpuSeconds()),
                    roundTrips(name("load", place)),
                    roundTrips(name("backlog", place)));
        }
        System.out.println(table);
    }

    private long roundTrips(String name) {
        return (long) Table.median(Objects.requireNonNull(roundTrips.get(name), "Each was measured.").stream()
                .mapToDouble(Long::doubleValue)
                .toArray());
    }

    private void count(String name, Distance.Place place, long before) {
        roundTrips.computeIfAbsent(name, each -> new ArrayList<>()).add(distance.roundTrips(place) - before);
    }

    private static String name(String what, Distance.Place place) {
        return what + ", far away: " + place.name().toLowerCase(java.util.Locale.ROOT);
    }

    private DtsSync task(Database source, Database destination) {
        return new DtsSync(lab, source, destination, workers, DtsSync.Build.own(lab), distance.reach());
    }

    private Timing load(Distance.Place place, Database source, History history) throws InterruptedException {
        Database destination = lab.destination().createDatabase("load");
        try (DtsSync task = task(source, destination)) {
            distance.set(place, roundTripMillis);
            long before = distance.roundTrips(place);
            Timing timing = Timing.of(
                    lab,
                    name("load", place),
                    () -> Timing.Own.awaited(task.command(List.of(), "run", "--until", "caught-up")));
            count(timing.name(), place, before);
            distance.set(Distance.Place.NONE, 0);
            Equality.require(timing.name(), source, destination, history.tableNames());
            return timing;
        } finally {
            lab.destination().dropDatabase(destination);
        }
    }

    private Timing drain(Distance.Place place) throws InterruptedException {
        Workload workload = new MixedWorkload(BACKLOG, 10, 3, 10_000);
        Database source = lab.source().createDatabase("source");
        Database destination = lab.destination().createDatabase("drain");
        try {
            workload.prepareSource(source);
            try (DtsSync task = task(source, destination)) {
                task.prepare();
                workload.write(source);
                distance.set(place, roundTripMillis);
                long before = distance.roundTrips(place);
                Timing timing = Timing.of(lab, name("backlog", place), () -> {
                    Drain drain = new DrainMeasurement(lab, workload, source).run(task);
                    return new Timing.Own(drain.cpuSeconds(), drain.heapMegabytes(), drain.residentMegabytes());
                });
                count(timing.name(), place, before);
                distance.set(Distance.Place.NONE, 0);
                return timing;
            }
        } finally {
            lab.source().dropDatabase(source);
            lab.destination().dropDatabase(destination);
        }
    }
}
