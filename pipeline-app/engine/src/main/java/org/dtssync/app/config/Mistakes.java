package org.dtssync.app.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Everything that is wrong with one task file, gathered so that a person sees all of it at once. Not thread-safe. */
final class Mistakes {

    private record Mistake(int line, String sentence) {}

    /** Mistakes about something that is not there come last. */
    static final int NO_LINE = Integer.MAX_VALUE;

    private final List<Mistake> mistakes = new ArrayList<>();
    private boolean fatal;

    /** Notes a mistake; the sentence names the key and ends with the remedy. */
    void add(int line, String sentence) {
        mistakes.add(new Mistake(line, sentence));
    }

    /** Notes a mistake after which nothing more can be said: later ones are not noted. */
    void addFatal(int line, String sentence) {
        mistakes.clear();
        add(line, sentence);
        fatal = true;
    }

    /** Returns whether the file could not be read far enough to say more about it. */
    boolean isFatal() {
        return fatal;
    }

    /** Returns how a key is pointed at. */
    static String at(String path, int line) {
        return line == NO_LINE ? path : path + " (line " + line + ")";
    }

    /** Throws one fault that lists all mistakes, in the order of the file. */
    void throwIfAny(String file) {
        if (mistakes.isEmpty()) {
            return;
        }
        mistakes.sort(Comparator.comparingInt(Mistake::line));
        int count = mistakes.size();
        StringBuilder text =
                new StringBuilder("Task file " + file + " has " + count + " mistake").append(count == 1 ? ":" : "s:");
        mistakes.forEach(mistake -> text.append("\n- ").append(mistake.sentence()));
        throw new SyncException(FaultKind.USAGE, text.toString(), "");
    }
}
