package org.dtssync.app.chaos;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says in which rows two texts of COPY differ, short enough to be read. Stateless. */
final class Differences {

    private static final int ROWS_SHOWN = 12;
    private static final int CHARACTERS_SHOWN = 24;

    private Differences() {}

    /** Returns a line for each row that one side has more often than the other, the source's rows first. */
    static String of(String source, String destination) {
        return Stream.concat(
                        surplus(source, destination, "source only"), surplus(destination, source, "destination only"))
                .collect(Collectors.joining("\n"));
    }

    private static Stream<String> surplus(String of, String over, String side) {
        Map<String, Integer> counts = new HashMap<>();
        over.lines().forEach(line -> counts.merge(line, 1, Integer::sum));
        return of.lines()
                .filter(line -> counts.merge(line, -1, Integer::sum) < 0)
                .limit(ROWS_SHOWN)
                .map(line -> side + ": " + shortened(line));
    }

    private static String shortened(String line) {
        return Stream.of(line.split("\t", -1))
                .map(field -> field.length() <= CHARACTERS_SHOWN
                        ? field
                        : field.substring(0, CHARACTERS_SHOWN) + "... (" + field.length() + " characters, hash "
                                + Integer.toHexString(field.hashCode()) + ")")
                .collect(Collectors.joining(" | "));
    }
}
