package org.dtssync.app.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.DescribedChange;
import org.dtssync.connectors.read.ReceivedChange;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The history of one row: every change while it had the key that was asked for, before it got it and after it lost it.
 *
 * <p>The table's topic is read twice: for the keys that lead to this one, and then for the changes of all of them. Not thread-safe.
 */
final class RowHistory {

    private final ReplayTopics topics;
    private final RowQuestion question;
    private final RowKey key;
    private final Predicate<TableName> table;

    RowHistory(ReplayTopics topics, RowQuestion question) {
        this.topics = topics;
        this.question = question;
        this.key = RowKey.of(question);
        this.table = question.table()::equals;
    }

    /** Passes on the history; returns how many changes it has. */
    long read(HistorySink sink) throws IOException, InterruptedException {
        ChangeHistory history = ChangeHistory.find(topics, question.from(), question.to(), table);
        List<@Nullable String> wanted = key.wanted(question.key());
        KeyMoves moves = new KeyMoves(key);
        history.read(false, moves);
        Lives lives = new Lives(wanted, moves.related(wanted));
        HistoryAssembler assembler = new HistoryAssembler(lives);
        history.read(false, new ChangeHistory.Receiver() {
            @Override
            public void accept(ReceivedChange change) throws IOException {
                DescribedChange described = change.describe();
                if (history.hasTime(described)) {
                    assembler.add(described);
                }
            }

            @Override
            public void endCut() throws IOException {
                assembler.end();
            }

            @Override
            public void caughtUp() {
                // The rows are chosen when all of their changes are known.
            }
        });
        key.requireKnown();
        lives.requireColumns();
        List<HistoryChange> chosen = lives.chosen();
        for (HistoryChange change : chosen) {
            sink.accept(change);
        }
        sink.flush();
        return chosen.size();
    }

    /** A row from its insertion, or from the first change that is known, to its deletion. */
    private static final class Life {
        private final RowState state = new RowState();
        private boolean chosen;
    }

    private record Lived(Life life, HistoryChange change) {}

    /** The rows that have or had one of the related keys. */
    private final class Lives implements HistorySink {

        private final List<@Nullable String> wanted;
        private final Set<List<@Nullable String>> related;
        private final Map<List<@Nullable String>, Life> living = new HashMap<>();
        private final List<Lived> lived = new ArrayList<>();

        /** Columns that rows without a key have, or had. */
        private final Set<String> columns = new HashSet<>();

        Lives(List<@Nullable String> wanted, Set<List<@Nullable String>> related) {
            this.wanted = wanted;
            this.related = related;
            // It can have been there before the first change that is known.
            related.forEach(values -> life(values));
        }

        @Override
        public void accept(HistoryChange change) {
            if (change.operation() == Operation.TRUNCATE) {
                living.values().forEach(life -> add(life, change));
                living.clear();
            } else if (change.key().size() == 0) {
                acceptWithoutKey(change);
            } else {
                acceptWithKey(change);
            }
        }

        private void acceptWithKey(HistoryChange change) {
            List<@Nullable String> now = key.values(change.key());
            List<@Nullable String> before = keyBefore(change, now);
            if (!related.contains(now) && !related.contains(before)) {
                return;
            }
            if (change.operation() == Operation.INSERT) {
                living.remove(now);
            }
            Life life = life(before);
            add(life, change);
            living.remove(before);
            if (change.operation() != Operation.DELETE) {
                living.put(now, life);
                life.chosen |= now.equals(wanted);
            }
        }

        /** An update that changed the key has the previous one in the row before it. */
        private List<@Nullable String> keyBefore(HistoryChange change, List<@Nullable String> now) {
            RowValues before = change.before();
            if (change.operation() != Operation.UPDATE || before == null) {
                return now;
            }
            RowValues columns = change.key();
            @Nullable Object[] values = new Object[columns.size()];
            for (int i = 0; i < values.length; i++) {
                int place = before.indexOf(columns.column(i));
                if (place < 0) {
                    return now;
                }
                values[i] = before.values()[place];
            }
            return key.values(new RowValues(columns.columns(), values));
        }

        /** A row without a key is recognized by its values alone; each change of one that has those asked for is part of the history. */
        private void acceptWithoutKey(HistoryChange change) {
            change.shape().columns().forEach(column -> columns.add(column.name()));
            if (matches(change.before()) || matches(change.after())) {
                Life life = new Life();
                life.chosen = true;
                lived.add(new Lived(life, change));
            }
        }

        private boolean matches(@Nullable RowValues row) {
            return row != null
                    && question.key().entrySet().stream().allMatch(entry -> {
                        int place = row.indexOf(entry.getKey());
                        return place >= 0 && entry.getValue().equals(row.text(place));
                    });
        }

        private void requireColumns() {
            if (columns.isEmpty()) {
                return;
            }
            question.key().keySet().stream()
                    .filter(column -> !columns.contains(column))
                    .findFirst()
                    .ifPresent(column -> {
                        throw new SyncException(
                                FaultKind.USAGE,
                                "Table " + question.table() + " has no column " + column + ", and never had one.",
                                "Its columns are " + String.join(", ", new TreeSet<>(columns)) + ".");
                    });
        }

        private Life life(List<@Nullable String> values) {
            Life life = living.computeIfAbsent(values, absent -> new Life());
            life.chosen |= values.equals(wanted);
            return life;
        }

        private void add(Life life, HistoryChange change) {
            lived.add(new Lived(life, life.state.complete(change)));
        }

        @Override
        public void flush() {
            // The rows are chosen when all of their changes are known.
        }

        List<HistoryChange> chosen() {
            return lived.stream()
                    .filter(each -> each.life().chosen)
                    .map(Lived::change)
                    .toList();
        }
    }
}
