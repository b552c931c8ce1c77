package org.dtssync.app.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How dts-sync's time and memory grow with the number of changes and of tables; draws both. */
final class GrowthPart {

    private static final long CHANGES_FOR_TABLES = 100_000;

    private final Lab lab;
    private final int workers;

    GrowthPart(Lab lab, int workers) {
        this.lab = lab;
        this.workers = workers;
    }

    /** Measures every step up to the largest of both and writes the drawing. */
    void run(long mostChanges, int mostTables, int rounds, Path drawing) throws InterruptedException {
        List<Plot.Point> byChanges = new ArrayList<>();
        for (long changes = 100_000; changes <= mostChanges; changes = next(changes)) {
            byChanges.add(point(changes, new MixedWorkload(changes, 10, 3, 10_000), rounds));
        }
        List<Plot.Point> byTables = new ArrayList<>();
        for (long tables = 10; tables <= mostTables; tables = next(tables)) {
            byTables.add(point(tables, new MixedWorkload(CHANGES_FOR_TABLES, 10, (int) tables, 100), rounds));
        }
        String svg = new Plot()
                .panel("row changes, three tables", byChanges)
                .panel("tables, 100,000 row changes", byTables)
                .svg();
        try {
            Files.writeString(drawing, svg);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.println(table("changes", byChanges));
        System.out.println(table("tables", byTables));
        System.out.println("Drawn in " + drawing);
    }

    /** 1, 3, 10, 30, ... times a power of ten. */
    private static long next(long number) {
        return Long.toString(number).startsWith("1") ? number * 3 : number / 3 * 10;
    }

    private Plot.Point point(long x, Workload workload, int rounds) throws InterruptedException {
        List<Drain> drains = new StreamPart(lab, workload, Set.of(Kind.DTS), workers).measure(rounds);
        return new Plot.Point(
                x,
                StreamPart.median(drains, Drain::seconds),
                StreamPart.median(drains, Drain::residentMegabytes),
                StreamPart.median(drains, Drain::heapMegabytes));
    }

    private static String table(String what, List<Plot.Point> points) {
        Table table = new Table(what, "seconds", "resident MB", "heap MB");
        points.forEach(point ->
                table.add((long) point.x(), point.seconds(), point.residentMegabytes(), point.heapMegabytes()));
        return table.toString();
    }
}
