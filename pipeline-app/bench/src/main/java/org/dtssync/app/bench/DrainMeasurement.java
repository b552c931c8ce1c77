package org.dtssync.app.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Times one contender from its start until the destination is equal. Stateless. */
final class DrainMeasurement {

    private static final int POLL_MILLIS = 20;
    private static final int SAMPLE_MILLIS = 200;
    private static final int TIMEOUT_SECONDS = 3_600;

    private final Lab lab;
    private final Workload workload;
    private final Database source;

    DrainMeasurement(Lab lab, Workload workload, Database source) {
        this.lab = lab;
        this.workload = workload;
        this.source = source;
    }

    Drain run(Contender contender) {
        double sourceBefore = lab.source().cpuSeconds();
        double destinationBefore = lab.destination().cpuSeconds();
        double brokerBefore = lab.broker().cpuSeconds();
        Progress progress = new Progress();
        long start = System.nanoTime();
        contender.start();
        double seconds = contender.destination().isPresent()
                ? awaitEqual(contender, contender.destination().get(), start, progress)
                : awaitDiscarded(contender, start, progress);
        Drain drain = new Drain(
                contender.name(),
                workload.changes(),
                seconds,
                progress.warmShare() * workload.changes(),
                contender.process().map(Child::cpuSeconds).orElse(0.0),
                lab.source().cpuSeconds() - sourceBefore,
                lab.destination().cpuSeconds() - destinationBefore,
                lab.broker().cpuSeconds() - brokerBefore,
                contender.process().map(Child::peakHeapMegabytes).orElse(0L),
                contender.process().map(Child::peakResidentMegabytes).orElse(0L));
        contender
                .destination()
                .ifPresent(database -> Equality.require(contender.name(), source, database, workload.tableNames()));
        return drain;
    }

    private double awaitEqual(Contender contender, Database destination, long start, Progress progress) {
        String end = source.query(workload.endQuery());
        if (end == null) {
            throw new BenchException("The source has no row that shows the end of the workload.");
        }
        try (Connection connection = destination.open()) {
            double sampled = -1;
            while (true) {
                String here = Database.query(connection, workload.endQuery());
                double seconds = (System.nanoTime() - start) / 1e9;
                if (seconds - sampled >= SAMPLE_MILLIS / 1000.0 || end.equals(here)) {
                    progress.add(seconds, Double.parseDouble(Database.query(connection, workload.progressQuery())));
                    sampled = seconds;
                }
                if (end.equals(here)) {
                    return seconds;
                }
                requireTime(contender, seconds);
                Pause.millis(POLL_MILLIS);
            }
        } catch (SQLException e) {
            throw new BenchException("The destination could not be watched: " + e.getMessage(), e);
        }
    }

    private static void requireTime(Contender contender, double seconds) {
        contender.process().ifPresent(Child::requireAlive);
        if (seconds > TIMEOUT_SECONDS) {
            throw new BenchException(contender.name() + " is not done after " + TIMEOUT_SECONDS + " s.");
        }
    }

    private static double awaitDiscarded(Contender contender, long start, Progress progress) {
        Child process = contender.process().orElseThrow();
        long startMillis = System.currentTimeMillis() - (System.nanoTime() - start) / 1_000_000;
        List<String> lines = List.of();
        while (!lines.contains(DiscardingEngine.END)) {
            requireTime(contender, (System.nanoTime() - start) / 1e9);
            Pause.millis(POLL_MILLIS);
            lines = Lab.lines(process.log());
        }
        double seconds = 0;
        for (String line : lines) {
            if (line.startsWith(DiscardingEngine.PROGRESS)) {
                String[] parts = line.split(" ", -1);
                seconds = (Long.parseLong(parts[1]) - startMillis) / 1e3;
                progress.add(seconds, Double.parseDouble(parts[2]));
            }
            if (line.equals(DiscardingEngine.END)) {
                return seconds;
            }
        }
        throw new BenchException("Debezium reported no progress. See " + process.log() + ".");
    }
}
