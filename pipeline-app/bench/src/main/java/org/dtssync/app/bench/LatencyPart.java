package org.dtssync.app.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The time from a commit at the source until its row can be read at the destination, under a steady load. */
final class LatencyPart {

    private static final int WARM_UP_SECONDS = 15;

    private static final String PULSE =
            "CREATE TABLE public.pulse (id bigint PRIMARY KEY, written timestamptz NOT NULL)";

    private final Lab lab;
    private final List<Kind> kinds;
    private final int seconds;
    private final int workers;

    /**
     * One measurement.
     *
     * @param contender its name
     * @param rate transactions a second that were asked for
     * @param reached transactions a second that the source took
     * @param millis latencies in order of size, in milliseconds
     * @param cpuSeconds processor time of its own process, in seconds a second
     * @param heapMegabytes peak of its heap; 0 if it has none
     * @param residentMegabytes peak of its own process's memory; 0 if it has none
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Latency(
            String contender,
            int rate,
            double reached,
            double[] millis,
            double cpuSeconds,
            long heapMegabytes,
            long residentMegabytes) {

        double percentile(double share) {
            return millis[(int) Math.min(millis.length - 1, Math.round(share * (millis.length - 1)))];
        }
    }

    LatencyPart(Lab lab, List<Kind> kinds, int seconds, int workers) {
        this.lab = lab;
        this.kinds = kinds;
        this.seconds = seconds;
        this.workers = workers;
    }

    void run(List<Integer> rates, int rounds) throws InterruptedException {
        List<Latency> results = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            for (int rate : rates) {
                for (Kind kind : kinds) {
                    Latency latency = measure(kind, rate);
                    System.err.printf(
                            Locale.ROOT,
                            "%s at %d tx/s: p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                            latency.contender(),
                            rate,
                            latency.percentile(0.5),
                            latency.percentile(0.99),
                            latency.percentile(1));
                    results.add(latency);
                }
            }
        }
        System.out.println(report(results));
    }

    private Latency measure(Kind kind, int rate) throws InterruptedException {
        Workload workload = new MixedWorkload(0, 1, 3, 10_000);
        Database source = lab.source().createDatabase("source");
        try {
            workload.prepareSource(source);
            source.execute(PULSE);
            try (Contender contender = kind.contender(lab, workload, source, workers)) {
                if (kind != Kind.DTS) {
                    contender.destination().orElseThrow().execute(PULSE);
                }
                contender.prepare();
                contender.start();
                Latency latency = measure(contender, source, rate);
                Equality.require(
                        contender.name(),
                        source,
                        contender.destination().orElseThrow(),
                        List.of("public.t0", "public.pulse"));
                return latency;
            }
        } finally {
            lab.source().dropDatabase(source);
        }
    }

    private Latency measure(Contender contender, Database source, int rate) throws InterruptedException {
        long warmUp = (long) rate * WARM_UP_SECONDS;
        long all = warmUp + (long) rate * seconds;
        PulseReader reader = new PulseReader(contender.destination().orElseThrow(), (int) all);
        Thread reading = new Thread(reader, "pulse-reader");
        reading.start();
        double cpu = contender.process().map(Child::cpuSeconds).orElse(0.0);
        long start = System.nanoTime();
        long[] committed = new PulseWriter(source, rate, (int) all).write();
        double took = (System.nanoTime() - start) / 1e9;
        reading.join(120_000);
        reader.requireComplete();
        double[] millis = new double[(int) (all - warmUp)];
        for (int i = 0; i < millis.length; i++) {
            int pulse = (int) warmUp + i;
            millis[i] = (reader.seen()[pulse] - committed[pulse]) / 1e6;
        }
        Arrays.sort(millis);
        double used = contender.process().map(Child::cpuSeconds).orElse(0.0) - cpu;
        return new Latency(
                contender.name(),
                rate,
                all / took,
                millis,
                used / took,
                contender.process().map(Child::peakHeapMegabytes).orElse(0L),
                contender.process().map(Child::peakResidentMegabytes).orElse(0L));
    }

    private static String report(List<Latency> results) {
        Table table = new Table(
                "contender",
                "tx/s",
                "reached tx/s",
                "p50 ms",
                "p99 ms",
                "max ms",
                "CPU s a second",
                "heap MB",
                "resident MB");
        results.stream()
                .map(each -> List.of(each.contender(), each.rate()))
                .distinct()
                .forEach(group -> {
                    List<Latency> same = results.stream()
                            .filter(each ->
                                    List.of(each.contender(), each.rate()).equals(group))
                            .toList();
                    table.add(
                            group.get(0),
                            group.get(1),
                            median(same, Latency::reached),
                            median(same, each -> each.percentile(0.5)),
                            median(same, each -> each.percentile(0.99)),
                            median(same, each -> each.percentile(1)),
                            median(same, Latency::cpuSeconds),
                            (long) median(same, Latency::heapMegabytes),
                            (long) median(same, Latency::residentMegabytes));
                });
        return table.toString();
    }

    private static double median(List<Latency> results, java.util.function.ToDoubleFunction<Latency> figure) {
        return Table.median(results.stream().mapToDouble(figure).toArray());
    }
}
