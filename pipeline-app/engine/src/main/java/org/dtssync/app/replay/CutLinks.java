package org.dtssync.app.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.dtssync.connectors.chain.CutChain;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.Cut.CutPartition;

/** The links of the cuts that were proven so far, which the next one has to follow from. Not thread-safe. */
final class CutLinks {

    /** Digests that are kept for cuts that repeat a number. */
    private static final int REMEMBERED = 1_000;

    private final Map<Long, String> digests = new LinkedHashMap<>();
    private long last = -1;

    /** Returns the number of the last cut; -1 before the first one. */
    long last() {
        return last;
    }

    void add(Cut cut, Cut.Link link) {
        if (cut.sequence() == 0) {
            // The numbers of an earlier stream say nothing about this one's.
            digests.clear();
        }
        last = cut.sequence();
        // A cut that repeats a number is the newest one.
        digests.remove(last);
        digests.put(last, link.digest());
        if (digests.size() > REMEMBERED) {
            digests.remove(digests.keySet().iterator().next());
        }
    }

    /** Returns a phrase that says why a cut does not follow from those before; empty if it does. */
    Optional<String> wrong(Cut cut, Cut.Link link) {
        Optional<String> altered = altered(cut, link);
        if (altered.isPresent()) {
            return altered;
        }
        if (beginsAgain(cut, link)) {
            return Optional.empty();
        }
        if (cut.sequence() > last + 1) {
            return Optional.of("cut " + (last + 1) + " is not in its place");
        }
        if (cut.sequence() <= last && !repeats(cut, link)) {
            return Optional.of("cut " + cut.sequence() + " stands behind cut " + last + ": it was inserted or moved");
        }
        String before = digests.get(cut.sequence() - 1);
        return before == null || before.equals(link.previous())
                ? Optional.empty()
                : Optional.of("the cut does not follow from the one before it: one of them was replaced");
    }

    /** Returns whether a stream begins with a cut, and the last cut of the stream before it is where it was. */
    private boolean beginsAgain(Cut cut, Cut.Link link) {
        String before = digests.get(last);
        return cut.sequence() == 0 && before != null && before.equals(link.previous());
    }

    /** Returns a phrase that says that a cut's own fields were altered; empty if they were not, or if only its records can show it. */
    Optional<String> altered(Cut cut, Cut.Link link) {
        List<Cut.Records> records = new ArrayList<>();
        for (CutPartition part : cut.partitions()) {
            if (part.records() == null) {
                return Optional.empty();
            }
            records.add(part.records());
        }
        return CutChain.digest(cut, records, link.previous()).equals(link.digest())
                ? Optional.empty()
                : Optional.of("the cut was altered");
    }

    /** Returns whether a cut legitimately has a number that an earlier one had: it follows from the same cut, and is another one. */
    private boolean repeats(Cut cut, Cut.Link link) {
        String before = digests.get(cut.sequence() - 1);
        return before != null
                && before.equals(link.previous())
                && !link.digest().equals(digests.get(cut.sequence()));
    }

    /** Returns whether a cut that was not added yet is replaced by the one that follows it in the topic. */
    boolean isReplacedBy(Cut cut, Cut.Link link, Cut following) {
        Cut.Link other = following.link();
        if (other == null
                || following.sequence() > cut.sequence()
                || altered(following, other).isPresent()) {
            return false;
        }
        return following.sequence() == cut.sequence()
                ? Objects.equals(other.previous(), link.previous())
                        && !other.digest().equals(link.digest())
                : repeats(following, other);
    }
}
