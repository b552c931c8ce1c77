package org.dtssync.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the operating system says of processes; Linux only, 0 elsewhere. Stateless. */
final class ProcessTimes {

    /** Linux fixes the unit of these figures for programs, whatever the kernel's own. */
    private static final double TICKS_PER_SECOND = 100;

    private ProcessTimes() {}

    /** Returns the processor time of one process, in seconds. */
    static double ofOne(long pid) {
        String[] fields = stat(pid);
        return fields.length == 0 ? 0 : (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Returns the processor time of a process and everything it ever started, in seconds. */
    static double ofTree(long pid) {
        String[] fields = stat(pid);
        if (fields.length == 0) {
            return 0;
        }
        double ended = (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / TICKS_PER_SECOND;
        double alive = ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::children)
                .mapToDouble(child -> ofTree(child.pid()))
                .sum();
        return ofOne(pid) + ended + alive;
    }

    /** Returns the most memory a process has held, in MB. */
    static long peakResidentMegabytes(long pid) {
        for (String line : lines(Path.of("/proc", Long.toString(pid), "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return 0;
    }

    /** Returns the fields behind the program's name, which may hold blanks. */
    private static String[] stat(long pid) {
        List<String> lines = lines(Path.of("/proc", Long.toString(pid), "stat"));
        if (lines.isEmpty()) {
            return new String[0];
        }
        String line = lines.get(0);
        return line.substring(line.lastIndexOf(')') + 2).split(" ");
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            // The process ended in between.
            return List.of();
        }
    }
}
