package org.dtssync.app.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Objects;
import java.util.Set;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.DescribedChange;
import org.dtssync.connectors.read.KeyValues;
import org.dtssync.connectors.read.ReceivedChange;
import org.jspecify.annotations.Nullable;

/** The updates that gave a row another key, in their order. Only these records, and commands, are decoded. Not thread-safe. */
final class KeyMoves implements ChangeHistory.Receiver {

    private final RowKey key;
    private final TableNames names = new TableNames();
    private final List<Move> moves = new ArrayList<>();

    private record Move(RowIdentity from, RowIdentity to) {}

    KeyMoves(RowKey key) {
        this.key = key;
    }

    @Override
    public void accept(ReceivedChange change) throws IOException {
        if (change.table().equals(CarriedCommands.TABLE)) {
            names.accept(RecordedCommand.of(change.decode().texts()));
        } else if (change.completesMove()) {
            DescribedChange described = change.describe();
            KeyValues from = Objects.requireNonNull(described.change().movedFrom(), "The record names it.");
            KeyValues to = Objects.requireNonNull(described.key(), "A row that moves has a key.");
            RowValues row = HistoryAssembler.row(described.change());
            List<@Nullable String> before = key.values(new RowValues(from.columns(), from.values()), row);
            List<@Nullable String> after = key.values(new RowValues(to.columns(), to.values()), row);
            if (before != null && after != null) {
                String table = names.table(change.table());
                moves.add(new Move(new RowIdentity(table, before), new RowIdentity(table, after)));
            }
        }
    }

    @Override
    public void endCut() {
        // Each move stands for itself.
    }

    @Override
    public void beginAgain(Lsn lsn) {
        // A row may have had any of its keys before and after.
    }

    @Override
    public void caughtUp() {
        // Nothing is passed on.
    }

    /** Returns every key that a row can have had which at some time had one of these: those it came from, and those it got. */
    Set<RowIdentity> related(Set<RowIdentity> wanted) {
        Set<RowIdentity> related = new HashSet<>(wanted);
        Set<RowIdentity> current = new HashSet<>(wanted);
        for (Move move : moves) {
            follow(current, move.from(), move.to(), wanted, related);
        }
        current = new HashSet<>(wanted);
        ListIterator<Move> backward = moves.listIterator(moves.size());
        while (backward.hasPrevious()) {
            Move move = backward.previous();
            follow(current, move.to(), move.from(), wanted, related);
        }
        return related;
    }

    private static void follow(
            Set<RowIdentity> current,
            RowIdentity here,
            RowIdentity next,
            Set<RowIdentity> wanted,
            Set<RowIdentity> related) {
        if (current.contains(here)) {
            if (!wanted.contains(here)) {
                current.remove(here);
            }
            current.add(next);
            related.add(next);
        }
    }
}
