package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.sequences.Position;
import org.dtssync.app.sequences.Sequence;
import org.dtssync.app.sequences.SequenceCatalog;
import org.dtssync.app.sequences.SequencePair;
import org.dtssync.app.sequences.TaskSequences;
import org.dtssync.app.state.RecordedSequences;
import org.dtssync.app.state.SequenceMarks;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets every sequence of one database from the other, those of identity and serial columns included, so that the next value is
 * a fresh one: one that is further on already, in the direction it counts in, stays there, unless it is only where the task set
 * it ahead. Run it only while writes are blocked.
 *
 * @param sequences which belong to the task, at both ends
 */
public record SequenceCopy(TaskSequences sequences) {

    private static final Logger LOG = LoggerFactory.getLogger(SequenceCopy.class);

    /**
     * Copies between two databases without a task.
     *
     * @param from the database whose values count
     * @param to the database to set them in
     * @param selection which sequences
     */
    public SequenceCopy(DatabaseConnections from, DatabaseConnections to, ObjectSelection selection) {
        this(new TaskSequences(from, to, selection, () -> RecordedSequences.NONE));
    }

    /** A sequence to be set, with its place. */
    private record Target(Sequence counting, Sequence there, Position position) {

        /** Whether only the value has to be set, or the way it counts too. */
        boolean alike() {
            return counting.definition().equals(there.definition());
        }
    }

    /**
     * Copies.
     *
     * @param epoch held by the transaction that writes; it must be one of the database that gets the values, or null
     * @return how many sequences were set
     */
    public int run(@Nullable Epoch epoch) {
        return run(sequences.survey().pairs(), epoch);
    }

    /**
     * Copies.
     *
     * @param pairs which; those that only one database has are left alone
     * @param epoch held by the transaction that writes; it must be one of the database that gets the values, or null
     * @return how many sequences were set
     */
    public int run(List<SequencePair> pairs, @Nullable Epoch epoch) {
        DatabaseConnections from = sequences.from();
        DatabaseConnections to = sequences.to();
        List<SequencePair> both =
                pairs.stream().filter(pair -> pair.there().isPresent()).toList();
        if (both.size() < pairs.size()) {
            LOG.warn(
                    "Sequences that the {} does not have are not set. sequences={}",
                    to.role(),
                    pairs.stream()
                            .filter(pair -> pair.there().isEmpty())
                            .map(pair -> pair.name().toString())
                            .collect(Collectors.joining(", ")));
        }
        List<TableName> names = both.stream().map(SequencePair::name).toList();
        Map<TableName, Position> values = from.inTransaction(
                "The sequences of the " + from.role() + " could not be read",
                connection -> SequenceCatalog.positions(connection, names));
        return to.inTransaction("The sequences of the " + to.role() + " could not be set", connection -> {
            if (epoch != null) {
                epoch.hold(connection);
            }
            try (Statement statement = connection.createStatement()) {
                // The other database is read-only meanwhile.
                statement.execute("SET LOCAL lock_timeout = '10s'");
            }
            return set(connection, both, values, epoch);
        });
    }

    private static Position of(Map<TableName, Position> positions, TableName name) {
        Position position = positions.get(name);
        if (position == null) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Sequence " + name + " was dropped a moment ago.",
                    "Run the command again.");
        }
        return position;
    }

    private static int set(
            Connection connection, List<SequencePair> pairs, Map<TableName, Position> values, @Nullable Epoch epoch)
            throws SQLException {
        Map<TableName, Position> there = SequenceCatalog.positions(
                connection, pairs.stream().map(SequencePair::name).toList());
        Map<TableName, Long> marks = epoch == null ? Map.of() : new SequenceMarks(epoch.task()).read(connection);
        List<Target> targets = new ArrayList<>();
        for (SequencePair pair : pairs) {
            targets.add(new Target(
                    pair.here(),
                    pair.there().orElseThrow(),
                    position(pair, of(values, pair.name()), of(there, pair.name()), marks)));
        }
        setValues(connection, targets.stream().filter(Target::alike).toList());
        for (Target target : targets) {
            if (!target.alike()) {
                change(connection, target);
            }
        }
        if (epoch != null) {
            new SequenceMarks(epoch.task()).clear(connection);
        }
        return targets.size();
    }

    private static Position position(SequencePair pair, Position counting, Position there, Map<TableName, Long> marks) {
        boolean setAhead = there.called() && Long.valueOf(there.last()).equals(marks.get(pair.name()));
        boolean further = there.isPast(
                pair.there().orElseThrow().definition(), counting, pair.here().definition());
        return further && !setAhead ? there : counting;
    }

    /** All at once: applications are waiting. */
    private static void setValues(Connection connection, List<Target> targets) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT count(setval(s.name::regclass, s.value, s.called))
                FROM unnest(?::text[], ?::bigint[], ?::boolean[]) AS s (name, value, called)
                """)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            targets.stream()
                                    .map(target -> target.there().name().sql())
                                    .toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint",
                            targets.stream()
                                    .map(target -> target.position().last())
                                    .toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "boolean",
                            targets.stream()
                                    .map(target -> target.position().called())
                                    .toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
            }
        }
    }

    private static void change(Connection connection, Target target) {
        String name = target.counting().name().sql();
        Position position = target.position();
        try (Statement statement = connection.createStatement()) {
            statement.execute("ALTER SEQUENCE " + name + " "
                    + target.counting().definition().clauses() + " RESTART " + position.last());
            if (position.called()) {
                statement.execute(
                        "SELECT setval(" + Identifiers.literal(name) + "::regclass, " + position.last() + ", true)");
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("Sequence " + target.counting().name() + " could not be set", e);
        }
    }
}
