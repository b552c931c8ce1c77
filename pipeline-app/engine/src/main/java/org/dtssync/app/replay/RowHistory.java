package org.dtssync.app.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.DescribedChange;
import org.dtssync.connectors.read.ReceivedChange;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history of one row: every change while it had the key that was asked for, before it got it and after it lost it.
 *
 * <p>The topics are read three times: for the names that the table had, if commands are carried, for the keys that lead to this one, and
 * then for the changes of all of them. Not thread-safe.
 */
final class RowHistory {

    private static final Logger LOG = LoggerFactory.getLogger(RowHistory.class);

    private final ReplayTopics topics;
    private final RowQuestion question;
    private final RowKey key;

    RowHistory(ReplayTopics topics, RowQuestion question) {
        this.topics = topics;
        this.question = question;
        this.key = RowKey.of(question);
    }

    /** Passes on the history; returns how many changes it has. */
    long read(HistorySink sink) throws IOException, InterruptedException {
        Set<TableName> there = topics.tables();
        ChangeHistory named = ChangeHistory.find(topics, question.from(), question.to(), CarriedCommands.TABLE::equals);
        Optional<TableNames> known = topics.haveCommands() ? names(named) : Optional.empty();
        boolean commands = known.isPresent();
        TableNames all = known.orElseGet(TableNames::new);
        Set<String> tables = all.tables(question.table());
        Set<TableName> names = all.names(tables);
        if (names.stream().noneMatch(there::contains)) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Table " + question.table()
                            + " is not in the topics: it does not belong to the task, or has not changed yet.",
                    "Check how it is written.");
        }
        ChangeHistory history =
                named.of(table -> names.contains(table) || (commands && table.equals(CarriedCommands.TABLE)));
        Set<RowIdentity> wanted = new HashSet<>();
        tables.forEach(table -> wanted.add(new RowIdentity(table, key.wanted(question.key()))));
        KeyMoves moves = new KeyMoves(key);
        history.read(false, moves);
        TableNames current = new TableNames();
        Lives lives = new Lives(wanted, moves.related(wanted), tables, current);
        HistoryAssembler assembler = new HistoryAssembler(lives);
        history.read(false, new ChangeHistory.Receiver() {
            @Override
            public void accept(ReceivedChange change) throws IOException {
                if (change.table().equals(CarriedCommands.TABLE)) {
                    assembler.end();
                    current.accept(RecordedCommand.of(change.decode().texts()));
                    return;
                }
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
            public void beginAgain(Lsn lsn) {
                ChangeHistory.warnOfBeginning(lsn);
                lives.forgetValues();
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

    /** Returns the names that tables had; empty if earlier commands are gone, which need not mean that changes are. */
    private Optional<TableNames> names(ChangeHistory named) throws IOException, InterruptedException {
        TableNames names = new TableNames();
        try {
            named.read(false, new NamesAlone(names));
            return Optional.of(names);
        } catch (SyncException e) {
            if (e.kind() != FaultKind.TOPIC) {
                throw e;
            }
            LOG.warn(
                    "Commands are gone from the topics, so the row is followed under this name of its table alone. table={} reason={}",
                    question.table(),
                    e.what());
            return Optional.empty();
        }
    }

    /** Takes in commands. */
    private record NamesAlone(TableNames names) implements ChangeHistory.Receiver {

        @Override
        public void accept(ReceivedChange change) {
            names.accept(RecordedCommand.of(change.decode().texts()));
        }

        @Override
        public void endCut() {
            // Each command stands for itself.
        }

        @Override
        public void beginAgain(Lsn lsn) {
            // Names stay until a command changes them.
        }

        @Override
        public void caughtUp() {
            // Nothing is passed on.
        }
    }

    /** A row from its insertion, or from the first change that is known, to its deletion. */
    private static final class Life {
        private final RowState state = new RowState();
        private boolean chosen;
        private boolean seen;
    }

    private record Lived(Life life, HistoryChange change) {}

    /** The rows that have or had one of the related keys. */
    private final class Lives implements HistorySink {

        private final Set<RowIdentity> wanted;
        private final Set<RowIdentity> related;
        private final Set<String> tables;
        private final TableNames names;
        private final Map<RowIdentity, Life> living = new HashMap<>();
        private final List<Lived> lived = new ArrayList<>();

        /** Columns that rows without a key have, or had. */
        private final Set<String> columns = new HashSet<>();

        Lives(Set<RowIdentity> wanted, Set<RowIdentity> related, Set<String> tables, TableNames names) {
            this.wanted = wanted;
            this.related = related;
            this.tables = tables;
            this.names = names;
            // It can have been there before the first change that is known.
            related.forEach(this::life);
        }

        @Override
        public void accept(HistoryChange change) {
            String table = names.table(change.table());
            if (!tables.contains(table)) {
                return;
            }
            if (change.operation() == Operation.TRUNCATE) {
                living.forEach((identity, life) -> {
                    if (identity.table().equals(table)) {
                        add(life, change);
                    }
                });
                living.keySet().removeIf(identity -> identity.table().equals(table));
            } else if (change.key().size() == 0) {
                acceptWithoutKey(change);
            } else {
                acceptWithKey(table, change);
            }
        }

        void forgetValues() {
            living.values().forEach(life -> life.state.forget());
        }

        private void acceptWithKey(String table, HistoryChange change) {
            RowIdentity now = now(table, change);
            if (now == null) {
                return;
            }
            RowIdentity before = keyBefore(change, now);
            if (!isRelated(now) && !isRelated(before)) {
                return;
            }
            if (change.operation() == Operation.INSERT) {
                living.remove(now);
            }
            Life life = change.operation() == Operation.INSERT ? life(before) : lifeUntil(before);
            add(life, change);
            living.remove(before);
            if (change.operation() != Operation.DELETE) {
                living.put(now, life);
                life.chosen |= wanted.contains(now);
            }
        }

        private boolean isRelated(RowIdentity identity) {
            return related.contains(identity)
                    || (identity.isPartial() && related.stream().anyMatch(identity::isPartOf));
        }

        /** A row keeps its life when its key gets more columns, or a record has fewer of them. */
        private Life lifeUntil(RowIdentity identity) {
            Life known = living.get(identity);
            if (known != null && known.seen) {
                return life(identity);
            }
            Optional<RowIdentity> other = identity.isPartial() ? whole(identity) : part(identity);
            if (other.isPresent()) {
                living.put(identity, Objects.requireNonNull(living.remove(other.get()), "It was just there."));
            }
            return life(identity);
        }

        private Optional<RowIdentity> part(RowIdentity whole) {
            return living.keySet().stream()
                    .filter(each -> each.isPartial() && each.isPartOf(whole))
                    .findFirst();
        }

        /** Under the key of fewer columns no more than one row at a time has it. */
        private Optional<RowIdentity> whole(RowIdentity part) {
            return living.entrySet().stream()
                    .filter(each -> each.getValue().seen && !each.getKey().isPartial() && part.isPartOf(each.getKey()))
                    .map(Map.Entry::getKey)
                    .findFirst();
        }

        /** Under another key of the table, a deleted row is the one that has its values; null if it is none of those that are looked for. */
        private @Nullable RowIdentity now(String table, HistoryChange change) {
            RowValues row = change.after() == null ? change.before() : change.after();
            if (change.operation() != Operation.DELETE || !key.isUnsaid(change.key(), row, change.shape())) {
                List<@Nullable String> values = key.values(change.key(), row);
                if (values != null) {
                    return new RowIdentity(table, values);
                }
            }
            return living.entrySet().stream()
                    .filter(each -> each.getKey().table().equals(table)
                            && each.getValue().state.has(change.key()))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(null);
        }

        /** An update that changed the key has the previous one in the row before it. */
        private RowIdentity keyBefore(HistoryChange change, RowIdentity now) {
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
            // What else identifies it is in the row before it, or as it is now.
            RowValues row = before.size() > columns.size() ? before : change.after();
            List<@Nullable String> was = key.values(new RowValues(columns.columns(), values), row);
            return was == null ? now : new RowIdentity(now.table(), was);
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

        private Life life(RowIdentity identity) {
            Life life = living.computeIfAbsent(identity, absent -> new Life());
            life.chosen |= wanted.contains(identity);
            return life;
        }

        private void add(Life life, HistoryChange change) {
            life.seen = true;
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
