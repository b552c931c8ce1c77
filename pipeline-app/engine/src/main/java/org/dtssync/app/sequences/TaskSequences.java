package org.dtssync.app.sequences;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.RecordedSequences;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.ReadOnlyDefault;
import org.dtssync.connectors.postgres.TableName;

/**
 * The sequences of a task at both ends of one direction. Thread-safe; opens connections for each reading.
 *
 * @param from the database whose values count
 * @param to the other one
 * @param selection what the task selects
 * @param recorded reads what the task's list of schema objects says about sequences
 */
public record TaskSequences(
        DatabaseConnections from,
        DatabaseConnections to,
        ObjectSelection selection,
        Supplier<RecordedSequences> recorded) {

    /**
     * Returns those of one direction of a task.
     *
     * @param direction the route whose source's values count
     * @param task the route that the task file describes
     */
    public static TaskSequences of(Route direction, Route task, ObjectSelection selection) {
        return new TaskSequences(
                direction.source(),
                direction.destination(),
                selection,
                () -> RecordedSequences.read(task.destination(), task.task()));
    }

    /**
     * What both catalogs say.
     *
     * @param pairs the sequences that belong to the task, in the order of their names
     * @param left those of the first database that stand alone and do not belong to the task
     */
    public record Survey(List<SequencePair> pairs, List<Sequence> left) {
        /** Copies the lists. */
        public Survey {
            pairs = List.copyOf(pairs);
            left = List.copyOf(left);
        }
    }

    /** Reads both catalogs. One that a person took out of the task counts only where both databases have it. */
    public Survey survey() {
        RecordedSequences known = recorded.get();
        CarriedSequences here = from.inTransaction(
                "The sequences of the " + from.role() + " could not be read",
                connection -> CarriedSequences.read(connection, selection, known));
        List<Sequence> there =
                to.inTransaction("The sequences of the " + to.role() + " could not be read", SequenceCatalog::all);
        Map<Object, Sequence> byName = new HashMap<>();
        there.forEach(sequence -> byName.put(sequence.name(), sequence));
        List<SequencePair> pairs = new ArrayList<>();
        for (Sequence sequence : here.carried()) {
            Optional<Sequence> same = Optional.ofNullable(byName.get(sequence.name()));
            boolean unwanted =
                    known.leftOut(sequence.name()) || sequence.extension().isPresent();
            if (same.isPresent() || !unwanted) {
                pairs.add(new SequencePair(
                        sequence, same, same.isPresent() ? Optional.empty() : ofColumn(sequence, there)));
            }
        }
        return new Survey(pairs, here.left());
    }

    private static Optional<Sequence> ofColumn(Sequence sequence, List<Sequence> others) {
        return sequence.owner()
                .flatMap(owner -> others.stream()
                        .filter(other -> other.owner().filter(owner::isColumnOf).isPresent())
                        .findFirst());
    }

    /** Reads both catalogs and returns what is wrong, blocking or not. */
    public List<SequenceFinding> findings() {
        Survey survey = survey();
        return said(check -> check.findings(survey));
    }

    /**
     * Returns in what the sequences of the task differ, by what both catalogs say. Those that do not belong to it are named, and are no
     * difference.
     */
    public List<SequenceFinding> differences(Survey survey) {
        return said(check -> check.differences(survey));
    }

    /**
     * Returns which sequences would hand out numbers again.
     *
     * @param pairs those that both databases have
     * @param handedOut where those are whose values count
     * @param there where the others are, read later
     */
    public List<SequenceFinding> behind(
            List<SequencePair> pairs, Map<TableName, Position> handedOut, Map<TableName, Position> there) {
        return said(check -> check.behind(pairs, handedOut, there));
    }

    /** How SQL is run there is asked only if there is any. */
    private List<SequenceFinding> said(Function<SequenceCheck, List<SequenceFinding>> check) {
        List<SequenceFinding> findings =
                check.apply(new SequenceCheck(from.role(), to.role(), selection.owners(), false));
        return findings.isEmpty() || !ReadOnlyDefault.isSet(to)
                ? findings
                : check.apply(new SequenceCheck(from.role(), to.role(), selection.owners(), true));
    }
}
