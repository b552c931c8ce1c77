package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.dtssync.app.sequences.Position;
import org.dtssync.app.sequences.Sequence;
import org.dtssync.app.sequences.SequenceCatalog;
import org.dtssync.app.sequences.SequenceFinding;
import org.dtssync.app.sequences.SequencePair;
import org.dtssync.app.sequences.TaskSequences;
import org.dtssync.app.state.SequenceMarks;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sequences of a direction's destination ahead of those of its source while it runs, so that an application that has to
 * use the destination without a switch draws fresh numbers. A switch sets the exact values. Its faults never stop the task.
 *
 * <p>One thread runs it; {@link #pause} and {@link #resume} may be called by another.
 */
final class SequenceFollower {

    private static final Logger LOG = LoggerFactory.getLogger(SequenceFollower.class);

    private static final long SHORTEST_PAUSE_MILLIS = 15_000;
    private static final long LONGEST_PAUSE_MILLIS = 40_000;

    /** Reading the catalogs of many tables takes seconds of both servers: they are kept for this many times as long. */
    private static final int REST = 20;

    private static final int STATEMENTS_PER_QUERY = 200;

    private final TaskSequences sequences;
    private final Epoch epoch;
    private final BooleanSupplier unlinked;
    private final SequenceLead lead = new SequenceLead();
    private TaskSequences.@Nullable Survey survey;
    private long surveyNanos;
    private long surveyTook;
    private Map<TableName, String> reported = Map.of();
    private String failed = "";
    private boolean paused;

    /**
     * Creates one; opens nothing yet.
     *
     * @param sequences those of the direction
     * @param epoch the right to write to its destination
     * @param unlinked whether the destination's sequences are on their own, because another task replicates in the opposite
     *     direction and applications draw from both
     */
    SequenceFollower(TaskSequences sequences, Epoch epoch, BooleanSupplier unlinked) {
        this.sequences = sequences;
        this.epoch = epoch;
        this.unlinked = unlinked;
    }

    /** Follows until interrupted, or until the task belongs to another instance. */
    void run() throws InterruptedException {
        while (true) {
            long begin = System.nanoTime();
            try {
                round();
                failed = "";
            } catch (SyncException e) {
                if (e.kind() == FaultKind.FENCED) {
                    LOG.debug("Sequences are not followed any more.", e);
                    return;
                }
                if (!e.getMessage().equals(failed)) {
                    failed = e.getMessage();
                    LOG.warn("The sequences could not follow; retrying. task={} reason={}", epoch.task(), failed);
                }
                survey = null;
            }
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            Thread.sleep(Math.min(LONGEST_PAUSE_MILLIS, Math.max(SHORTEST_PAUSE_MILLIS, REST * took)));
        }
    }

    /** From now on nothing is set; returns once nothing is being set. */
    synchronized void pause() {
        paused = true;
    }

    /** Follows again. */
    synchronized void resume() {
        paused = false;
    }

    /**
     * Follows once more, now, and returns what is wrong all the same: at the destination a sequence is missing, counts in another way, or
     * would hand out numbers that are in use. One that is ahead is right. Nothing is wrong where the destination's sequences are on their
     * own.
     */
    synchronized List<SequenceFinding> check() {
        if (unlinked.getAsBoolean()) {
            return List.of();
        }
        survey = null;
        TaskSequences.Survey now = surveyed();
        List<SequenceFinding> findings = new ArrayList<>(sequences.differences(now));
        if (!paused) {
            List<SequencePair> both = now.pairs().stream()
                    .filter(pair -> pair.here().rights().read())
                    .filter(pair ->
                            pair.there().filter(there -> there.rights().read()).isPresent())
                    .toList();
            List<TableName> names = both.stream().map(SequencePair::name).toList();
            Map<TableName, Position> handedOut = positions(sequences.from(), names);
            round();
            Map<TableName, Position> there = positions(sequences.to(), names);
            findings.addAll(sequences.behind(both, handedOut, there));
        }
        return findings;
    }

    private static Map<TableName, Position> positions(DatabaseConnections database, List<TableName> names) {
        if (names.isEmpty()) {
            return Map.of();
        }
        return database.inTransaction("The sequences of the " + database.role() + " could not be read", connection -> {
            limitLocks(connection);
            return SequenceCatalog.positions(connection, names);
        });
    }

    private synchronized void round() {
        if (paused || unlinked.getAsBoolean()) {
            return;
        }
        List<SequencePair> pairs = followed();
        List<TableName> names = pairs.stream().map(SequencePair::name).toList();
        if (names.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        Map<TableName, Position> values = positions(sequences.from(), names);
        Map<TableName, Position> targets = new LinkedHashMap<>();
        for (SequencePair pair : pairs) {
            Sequence there = pair.there().orElseThrow();
            Position value = values.get(pair.name());
            if (value == null) {
                // Dropped a moment ago; the next survey does not find it.
                continue;
            }
            Position target = lead.target(pair.name(), pair.here().definition(), value, now);
            if (there.definition().spans(target.last())) {
                targets.put(pair.name(), target);
            }
        }
        int set = sequences
                .to()
                .inTransaction(
                        "The sequences of the " + sequences.to().role() + " could not be set",
                        connection -> set(connection, pairs, targets));
        LOG.debug("Sequences follow. task={} sequences={} set={}", epoch.task(), names.size(), set);
    }

    private static void limitLocks(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '2s'");
        }
    }

    private TaskSequences.Survey surveyed() {
        long now = System.nanoTime();
        TaskSequences.Survey known = survey;
        if (known == null || now - surveyNanos > REST * surveyTook) {
            known = sequences.survey();
            survey = known;
            surveyTook = System.nanoTime() - now;
            surveyNanos = now;
        }
        return known;
    }

    /** Those that can follow; the others are reported once. */
    private List<SequencePair> followed() {
        List<SequencePair> followed = new ArrayList<>();
        Map<TableName, String> others = new TreeMap<>();
        for (SequencePair pair : surveyed().pairs()) {
            String reason = reason(pair);
            if (reason.isEmpty()) {
                followed.add(pair);
            } else {
                others.put(pair.name(), reason);
            }
        }
        if (!others.equals(reported)) {
            if (!others.isEmpty()) {
                LOG.warn(
                        "Some sequences do not follow; see precondition sequences of dts-sync switchover --preconditions."
                                + " task={} sequences={}",
                        epoch.task(),
                        others);
            }
            reported = others;
        }
        return followed;
    }

    private String reason(SequencePair pair) {
        if (pair.there().isEmpty()) {
            return "does not exist at the " + sequences.to().role();
        }
        if (!pair.here().rights().read() || !pair.there().get().rights().set()) {
            return "not permitted";
        }
        Sequence.Definition here = pair.here().definition();
        Sequence.Definition there = pair.there().get().definition();
        boolean alike = here.type().equals(there.type())
                && here.increment() == there.increment()
                && here.least() == there.least()
                && here.most() == there.most()
                && here.cycles() == there.cycles();
        return alike ? "" : "counts in another way";
    }

    /** Never backward, but where a sequence cycles; reading and setting are one statement, so that nothing drawn meanwhile is lost. */
    private int set(Connection connection, List<SequencePair> pairs, Map<TableName, Position> targets)
            throws SQLException {
        epoch.hold(connection);
        limitLocks(connection);
        Map<TableName, Position> before = SequenceCatalog.positions(connection, targets.keySet());
        Map<TableName, Position> needed = new LinkedHashMap<>();
        List<String> statements = new ArrayList<>();
        for (SequencePair pair : pairs) {
            Position target = targets.get(pair.name());
            Position there = before.get(pair.name());
            if (target != null && there != null) {
                Sequence.Definition definition = pair.there().orElseThrow().definition();
                boolean behind =
                        definition.cycles() ? !there.equals(target) : target.isPast(definition, there, definition);
                if (behind) {
                    needed.put(pair.name(), target);
                    statements.add(statement(pair.name(), definition, target));
                }
            }
        }
        try (Statement statement = connection.createStatement()) {
            for (int i = 0; i < statements.size(); i += STATEMENTS_PER_QUERY) {
                statement.execute(String.join(
                        " UNION ALL ", statements.subList(i, Math.min(statements.size(), i + STATEMENTS_PER_QUERY))));
            }
        }
        Map<TableName, Long> marks = new HashMap<>();
        needed.forEach((name, target) -> {
            if (target.called()) {
                marks.put(name, target.last());
            }
        });
        new SequenceMarks(epoch.task()).set(connection, marks);
        return needed.size();
    }

    private static String statement(TableName name, Sequence.Definition definition, Position target) {
        String condition;
        if (definition.cycles()) {
            condition = "true";
        } else {
            condition = "last_value " + (definition.descends() ? "> " : "< ") + target.last()
                    + (target.called() ? " OR last_value = " + target.last() + " AND NOT is_called" : "");
        }
        return "SELECT pg_catalog.setval(" + Identifiers.literal(name.sql()) + "::regclass, " + target.last() + ", "
                + target.called() + ") FROM " + name.sql() + " WHERE " + condition;
    }
}
