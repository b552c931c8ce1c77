package org.dtssync.app.moving;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.dtssync.app.moving.Gate.Group;
import org.dtssync.app.sequences.SequenceFinding;
import org.dtssync.app.sequences.SequencePair;
import org.dtssync.app.sequences.TaskSequences;
import org.dtssync.connectors.postgres.End;

/** Whether a switch would set every sequence. Stateless. */
public final class SequenceGates {

    /** How to move in spite of them. */
    static final String OTHERWISE =
            "With --ignore-structure the applications are moved all the same: a sequence that is missing is not set, any other"
                    + " is made to count as on the side that is left.";

    private static final String ID = "sequences";
    private static final int LISTED = 50;

    private SequenceGates() {}

    /** Reads both catalogs; returns one per sequence that is wrong, or one that passes. */
    public static List<Gate> check(TaskSequences sequences) {
        List<Gate> gates = new ArrayList<>();
        List<SequenceFinding> findings = sequences.findings();
        for (SequenceFinding finding : findings.subList(0, Math.min(LISTED, findings.size()))) {
            Gate gate = finding.blocking()
                    ? Gate.fail(ID, Group.REPLICATION, finding.message(), finding.remedy())
                    : Gate.warn(ID, Group.REPLICATION, finding.message(), finding.remedy());
            gates.add(gate.at(finding.server(), finding.sql()));
        }
        if (findings.size() > LISTED) {
            gates.add(Gate.fail(
                    ID, Group.REPLICATION, (findings.size() - LISTED) + " other sequences are wrong too.", ""));
        }
        if (findings.isEmpty()) {
            gates.add(Gate.pass(
                    ID,
                    Group.REPLICATION,
                    "Every sequence of the task exists at the " + sequences.to().role() + " and counts alike."));
        }
        return gates;
    }

    /**
     * Returns a sentence about those that were left out, with a space behind it; empty if there are none.
     *
     * @param to the database that applications were moved to
     */
    static String leftOut(List<SequencePair> pairs, End to) {
        String names = pairs.stream()
                .filter(pair -> pair.there().isEmpty())
                .map(pair -> pair.name().toString())
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : "Sequences that do not exist at the " + to + " were not set: " + names + ". ";
    }
}
