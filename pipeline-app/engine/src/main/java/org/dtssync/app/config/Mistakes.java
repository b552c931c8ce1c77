package org.dtssync.app.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** All mistakes of one task file, collected so that they are reported at once. Not thread-safe. */
final class Mistakes {

    private record Mistake(int line, String sentence) {}

    /** Mistakes about missing keys come last. */
    static final int NO_LINE = Integer.MAX_VALUE;

    private final List<Mistake> mistakes = new ArrayList<>();
    private boolean fatal;

    /** Records a mistake; the sentence names the key and ends with the remedy. */
    void add(int line, String sentence) {
        mistakes.add(new Mistake(line, sentence));
    }

    /** Records a mistake that makes further checks pointless: later ones are not recorded. */
    void addFatal(int line, String sentence) {
        mistakes.clear();
        add(line, sentence);
        fatal = true;
    }

    /** Returns whether the file could not be read far enough for further checks. */
    boolean isFatal() {
        return fatal;
    }

    /** Returns how messages refer to a key. */
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
