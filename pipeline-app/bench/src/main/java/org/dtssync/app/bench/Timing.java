package org.dtssync.app.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One run of a command, and the processor time that every process spent meanwhile.
 *
 * @param name what ran
 * @param seconds how long it took, the start of its process included
 * @param sourceCpuSeconds processor time of the source server
 * @param destinationCpuSeconds processor time of the destination server
 * @param kafkaCpuSeconds processor time of the broker and the registry
 * @param own what its own processes took
 */
record Timing(
        String name,
        double seconds,
        double sourceCpuSeconds,
        double destinationCpuSeconds,
        double kafkaCpuSeconds,
        Own own) {

    /**
     * What the processes of a contender took.
     *
     * @param cpuSeconds processor time
     * @param heapMegabytes peak of its heap; 0 if it has none
     * @param residentMegabytes peak of its memory; 0 if it consists of several processes
     */
    record Own(double cpuSeconds, long heapMegabytes, long residentMegabytes) {

        /** Waits for a process of dts-sync. */
        static Own awaited(Child child) throws InterruptedException {
            child.awaitSuccess(3_600);
            return new Own(child.cpuSeconds(), child.peakHeapMegabytes(), child.peakResidentMegabytes());
        }
    }

    /** An action whose time is taken. */
    interface Work {

        /** Does it, and returns what its processes took. */
        Own run() throws InterruptedException;
    }

    /** Does something, and prints what it took. */
    static Timing of(Lab lab, String name, Work work) throws InterruptedException {
        double sourceBefore = lab.source().cpuSeconds();
        double destinationBefore = lab.destination().cpuSeconds();
        double kafkaBefore = lab.kafkaCpuSeconds();
        long start = System.nanoTime();
        Own own = work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        Timing timing = new Timing(
                name,
                seconds,
                lab.source().cpuSeconds() - sourceBefore,
                lab.destination().cpuSeconds() - destinationBefore,
                lab.kafkaCpuSeconds() - kafkaBefore,
                own);
        System.err.printf(
                "%s: %.1f s; CPU s: own %.1f, source %.1f, destination %.1f, broker and registry %.1f; heap %d MB, resident %d MB%n",
                name,
                seconds,
                own.cpuSeconds(),
                timing.sourceCpuSeconds(),
                timing.destinationCpuSeconds(),
                timing.kafkaCpuSeconds(),
                own.heapMegabytes(),
                own.residentMegabytes());
        return timing;
    }

    double allCpuSeconds() {
        return own.cpuSeconds() + sourceCpuSeconds + destinationCpuSeconds + kafkaCpuSeconds;
    }

    /** Returns the median of a figure over the runs of this name. */
    static double median(List<Timing> timings, String name, ToDoubleFunction<Timing> figure) {
        return Table.median(timings.stream()
                .filter(timing -> timing.name().equals(name))
                .mapToDouble(figure)
                .toArray());
    }
}
