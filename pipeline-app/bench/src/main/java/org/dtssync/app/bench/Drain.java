package org.dtssync.app.bench;

/**
 * How one contender drained one backlog.
 *
 * @param contender its name
 * @param changes how many changes waited
 * @param seconds from its start to equal ends
 * @param warmRate changes a second over the second half
 * @param cpuSeconds processor time of its own process
 * @param sourceCpuSeconds processor time of the source server
 * @param destinationCpuSeconds processor time of the destination server
 * @param brokerCpuSeconds processor time of the broker
 * @param heapMegabytes peak of its heap; 0 if it has none
 * @param residentMegabytes peak of its process's memory; 0 if it has none
 */
record Drain(
        String contender,
        long changes,
        double seconds,
        double warmRate,
        double cpuSeconds,
        double sourceCpuSeconds,
        double destinationCpuSeconds,
        double brokerCpuSeconds,
        long heapMegabytes,
        long residentMegabytes) {

    /** Changes a second, the start of a cold process included. */
    double coldRate() {
        return changes / seconds;
    }

    double allCpuSeconds() {
        return cpuSeconds + sourceCpuSeconds + destinationCpuSeconds + brokerCpuSeconds;
    }
}
