package org.dtssync.connectors.capture;

import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Holds that no change is lost between the source and the cuts: each one that the source hands over is in a cut, or was left out by a
 * rule that has a name. Not thread-safe.
 */
final class ChangeCount {

    /** Tables that are named where a change is missing. */
    private static final int NAMED = 20;

    /** Why a change is in no cut. */
    enum Rule {
        /** It was written by the task in the opposite direction, or is a task's position. */
        MIRRORED,
        /** It is the heartbeat of another task. */
        OTHER_HEARTBEAT,
        /** It is no new command that changes the structure, but removes an old one; or the task carries none. */
        COMMAND
    }

    private final Map<Rule, Long> leftOut = new EnumMap<>(Rule.class);
    private long inCuts;

    /** Of the transaction that is arriving. */
    private long received;

    private long records;
    private final Set<String> topics = new LinkedHashSet<>();
    private String lastTopic = "";

    private void receive(RowChange change) {
        received++;
        if (!change.topic().equals(lastTopic)) {
            lastTopic = change.topic();
            if (topics.size() < NAMED) {
                topics.add(lastTopic);
            }
        }
    }

    /** A rule left a change out. */
    void leftOut(RowChange change, Rule rule) {
        receive(change);
        leftOut.merge(rule, 1L, Long::sum);
    }

    /**
     * A change was encoded as some records.
     *
     * @throws SyncException if there are none
     */
    void encoded(RowChange change, int number) {
        receive(change);
        if (number == 0) {
            throw lost("a change of " + change.topic() + " was encoded as no record");
        }
        inCuts++;
        records += number;
    }

    /**
     * A transaction has ended.
     *
     * @param end what the source says of it
     * @param held how many records its cut will have
     * @throws SyncException if that is not everything
     */
    void end(TransactionEnd end, long held) {
        long expected = end.changes().orElse(received);
        if (expected != received || held != records) {
            throw lost(expected + " changes were sent, " + received + " arrived, and " + held + " of " + records
                    + " records are held for topics " + String.join(", ", topics));
        }
        received = 0;
        records = 0;
        topics.clear();
        lastTopic = "";
    }

    /** Returns how many changes are in cuts, or will be. */
    long inCuts() {
        return inCuts;
    }

    /** Returns how many changes each rule has left out. */
    Map<Rule, Long> leftOut() {
        return Map.copyOf(leftOut);
    }

    private static SyncException lost(String what) {
        return new SyncException(FaultKind.INTERNAL, "A change was lost during capture: " + what + ".", "Report this.");
    }
}
