package org.dtssync.app.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Objects;
import java.util.Set;
import org.dtssync.connectors.read.DescribedChange;
import org.dtssync.connectors.read.KeyValues;
import org.dtssync.connectors.read.ReceivedChange;
import org.jspecify.annotations.Nullable;

/** The updates of a table that gave a row another key, in their order. Only these records are decoded. Not thread-safe. */
final class KeyMoves implements ChangeHistory.Receiver {

    private final RowKey key;
    private final List<Move> moves = new ArrayList<>();

    private record Move(List<@Nullable String> from, List<@Nullable String> to) {}

    KeyMoves(RowKey key) {
        this.key = key;
    }

    @Override
    public void accept(ReceivedChange change) throws IOException {
        if (change.completesMove()) {
            DescribedChange described = change.describe();
            KeyValues from = Objects.requireNonNull(described.change().movedFrom(), "The record names it.");
            KeyValues to = Objects.requireNonNull(described.key(), "A row that moves has a key.");
            moves.add(new Move(values(from), values(to)));
        }
    }

    private List<@Nullable String> values(KeyValues values) {
        return key.values(new RowValues(values.columns(), values.values()));
    }

    @Override
    public void endCut() {
        // Each move stands for itself.
    }

    @Override
    public void caughtUp() {
        // Nothing is passed on.
    }

    /** Returns every key that a row can have had which at some time had this one: those it came from, and those it got. */
    Set<List<@Nullable String>> related(List<@Nullable String> wanted) {
        Set<List<@Nullable String>> related = new HashSet<>();
        related.add(wanted);
        Set<List<@Nullable String>> current = new HashSet<>(related);
        for (Move move : moves) {
            follow(current, move.from(), move.to(), wanted, related);
        }
        current = new HashSet<>(Set.of(wanted));
        ListIterator<Move> backward = moves.listIterator(moves.size());
        while (backward.hasPrevious()) {
            Move move = backward.previous();
            follow(current, move.to(), move.from(), wanted, related);
        }
        return related;
    }

    private static void follow(
            Set<List<@Nullable String>> current,
            List<@Nullable String> here,
            List<@Nullable String> next,
            List<@Nullable String> wanted,
            Set<List<@Nullable String>> related) {
        if (current.contains(here)) {
            if (!here.equals(wanted)) {
                current.remove(here);
            }
            current.add(next);
            related.add(next);
        }
    }
}
