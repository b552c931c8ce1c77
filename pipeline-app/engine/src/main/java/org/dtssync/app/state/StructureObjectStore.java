package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * The task's list of schema objects, kept in {@code dts_sync.structure_object}, so that a resumed run works through the same
 * list and a person can see and correct it.
 *
 * <p>{@link #set} and {@link #skip} are for people and take no epoch: they only change what a run does next. Thread-safe.
 */
public final class StructureObjectStore {

    private static final Pattern TABLE = Pattern.compile("\"((?:[^\"]|\"\")*)\"\\.\"((?:[^\"]|\"\")*)\"");

    /** Through JSON, since a state of an earlier release has no reasons. */
    private static final String COLUMNS = """
            SELECT ordinal, name, kind, section, table_of, statement, corrected, state, error, to_jsonb(o) ->> 'reason'
            FROM dts_sync.structure_object o WHERE task = ?
            """;

    private final DatabaseConnections destination;
    private final StateTransactions transactions;
    private final EventLog events;
    private final String task;

    /** Creates a store of one task; opens nothing yet. */
    public StructureObjectStore(DatabaseConnections destination, String task) {
        this.destination = destination;
        this.transactions = new StateTransactions(destination);
        this.events = new EventLog(destination, task);
        this.task = task;
    }

    /** Returns the task's name. */
    public String task() {
        return task;
    }

    /** Returns whether the list was saved. */
    public boolean isSaved() {
        return !list().isEmpty();
    }

    /** Saves the list, all pending, unless the task already has one, which then stays. */
    public void save(List<StructureObject> objects, Epoch epoch) {
        transactions.write("The schema objects of task " + task + " could not be saved", epoch, connection -> {
            if (!query(connection, COLUMNS + " LIMIT 1", task).isEmpty()) {
                return;
            }
            insert(connection, objects, 0);
        });
    }

    private void insert(Connection connection, List<StructureObject> objects, int first) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO dts_sync.structure_object
                    (task, ordinal, name, kind, section, table_of, statement, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')
                """)) {
            for (StructureObject object : objects) {
                statement.setString(1, task);
                statement.setInt(2, first + object.ordinal());
                statement.setString(3, object.name());
                statement.setString(4, object.kind());
                statement.setString(5, object.section().label());
                statement.setString(6, tablesText(object.tables()));
                statement.setString(7, object.statement());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /**
     * Replaces what is made once the rows are there, since commands have changed it: all of it is pending again, but for what a person has
     * skipped or corrected.
     *
     * @param objects the list as it was read again
     * @param lsn commands that committed up to here are in it, later ones are not
     */
    public void renew(List<StructureObject> objects, Lsn lsn, Epoch epoch) {
        Set<Section> sections = EnumSet.of(Section.KEYS, Section.POST_DATA);
        transactions.write("The schema objects of task " + task + " could not be renewed", epoch, connection -> {
            for (Section section : sections) {
                Statements.update(
                        connection,
                        "DELETE FROM dts_sync.structure_object"
                                + " WHERE task = ? AND section = ? AND state <> 'skipped' AND corrected IS NULL",
                        task,
                        section.label());
            }
            List<StoredObject> kept = query(connection, COLUMNS + " ORDER BY ordinal", task);
            Set<String> names = kept.stream()
                    .filter(stored -> sections.contains(stored.object().section()))
                    .map(stored -> stored.object().name())
                    .collect(Collectors.toSet());
            int first = kept.isEmpty() ? 0 : kept.get(kept.size() - 1).object().ordinal() + 1;
            insert(
                    connection,
                    objects.stream()
                            .filter(object -> sections.contains(object.section()) && !names.contains(object.name()))
                            .toList(),
                    first);
            Statements.update(
                    connection,
                    "UPDATE dts_sync.task SET structure_lsn = ?::pg_lsn, updated_at = now() WHERE task = ?",
                    lsn.toString(),
                    task);
        });
    }

    /** Returns the whole list in order. */
    public List<StoredObject> list() {
        return transactions.read(
                "The schema objects of task " + task + " could not be read",
                connection -> query(connection, COLUMNS + " ORDER BY ordinal", task));
    }

    /**
     * Returns one object.
     *
     * @param name its name, with or without its kind, as far as that is unique
     * @throws SyncException of kind USAGE if there is none or more than one
     */
    public StoredObject show(String name) {
        List<StoredObject> found = transactions.read(
                "The schema objects of task " + task + " could not be read",
                connection -> query(
                        connection,
                        COLUMNS
                                + " AND (name = ? OR substr(name, strpos(name, ':') + 1) = ?) ORDER BY name <> ?, ordinal",
                        task,
                        name,
                        name,
                        name));
        if (found.isEmpty()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Task " + task + " has no schema object '" + name + "'.",
                    "See dts-sync structure list TASK.yaml --all.");
        }
        if (found.size() > 1 && !found.get(0).object().name().equals(name)) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "More than one object of task " + task + " is called '" + name + "'.",
                    "Name it with its kind: "
                            + found.stream().map(one -> one.object().name()).collect(Collectors.joining(", ")) + ".");
        }
        return found.get(0);
    }

    /**
     * Stores a corrected statement for an object and marks it to be run; the statement read from the source is kept too.
     *
     * @param author who corrects it
     */
    public void set(String name, String sql, Author author) {
        change(name, "corrected", author, """
                corrected = ?, state = 'pending', error = NULL, reason = NULL""", sql);
    }

    /**
     * Skips an object: it is never run.
     *
     * @param author who takes it out
     * @param reason why; may be null
     */
    public void skip(String name, Author author, @Nullable String reason) {
        change(name, "skipped", author, "state = 'skipped', reason = ?", reason);
    }

    /**
     * Returns the pending objects whose statements mention an object's name: most likely they need it.
     *
     * @param name the object's name, as for {@link #show}
     */
    public List<String> mentions(String name) {
        StructureObject object = show(name).object();
        String bare = object.name().substring(object.name().indexOf(':') + 1).replaceFirst("\\(.*", "");
        Pattern mention = Pattern.compile(
                "(?<![\\w$])" + Pattern.quote(bare.substring(bare.lastIndexOf('.') + 1)) + "(?![\\w$])");
        return list().stream()
                .filter(stored -> stored.state() == ObjectState.PENDING || stored.state() == ObjectState.FAILED)
                .filter(stored -> stored.object().ordinal() != object.ordinal())
                .filter(stored -> mention.matcher(stored.statement()).find())
                .map(stored -> stored.object().name())
                .toList();
    }

    /** Removes a table's objects, including those of its partitions, in the connection's transaction. */
    public void skipWithAll(Connection connection, TableName table, String why) throws SQLException {
        List<StoredObject> all = query(connection, COLUMNS + " ORDER BY ordinal", task);
        Set<TableName> skipped = new HashSet<>(Set.of(table));
        for (StoredObject stored : all) {
            StructureObject object = stored.object();
            if (object.isPartition() && skipped.contains(object.tables().get(1))) {
                skipped.add(object.tables().get(0));
            }
        }
        for (StoredObject stored : all) {
            if (stored.object().table().filter(skipped::contains).isPresent()) {
                record(connection, stored.object(), ObjectState.SKIPPED, why);
            }
        }
    }

    /** Records the result of an object, in the connection's transaction; one that was skipped meanwhile has not failed. */
    public void record(Connection connection, StructureObject object, ObjectState state, @Nullable String error)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                UPDATE dts_sync.structure_object SET state = ?, error = ?
                WHERE task = ? AND ordinal = ? AND NOT (state = 'skipped' AND ? = 'failed')
                """)) {
            statement.setString(1, state.label());
            statement.setString(2, error);
            statement.setString(3, task);
            statement.setInt(4, object.ordinal());
            statement.setString(5, state.label());
            statement.executeUpdate();
        }
    }

    /** Returns the statement that records an object as done, for a text of several statements. */
    public String doneSql(StructureObject object) {
        return "UPDATE dts_sync.structure_object SET state = " + Identifiers.literal(ObjectState.DONE.label())
                + ", error = NULL WHERE task = " + Identifiers.literal(task) + " AND ordinal = " + object.ordinal();
    }

    private void change(String name, String what, Author author, String assignments, @Nullable String value) {
        StoredObject stored = show(name);
        if (stored.state() == ObjectState.DONE) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Object '" + stored.object().name() + "' of task " + task + " already exists.",
                    "Change it directly at the destination.");
        }
        // A run of the release before may have made the state.
        new StateSchema(destination).install();
        destination.doInTransaction("The schema objects of task " + task + " could not be changed", connection -> {
            int changed = Statements.update(
                    connection,
                    "UPDATE dts_sync.structure_object SET " + assignments
                            + ", changed_by = ?, changed_at = clock_timestamp()"
                            + " WHERE task = ? AND ordinal = ? AND state <> 'done'",
                    value,
                    author.name(),
                    task,
                    stored.object().ordinal());
            if (changed == 1) {
                events.append(
                        connection,
                        Event.by(author, "correction", stored.object().name(), "change", what));
            }
        });
    }

    private static List<StoredObject> query(Connection connection, String sql, String... parameters)
            throws SQLException {
        List<StoredObject> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(new StoredObject(
                            new StructureObject(
                                    rows.getInt(1),
                                    rows.getString(2),
                                    rows.getString(3),
                                    Section.of(rows.getString(4)),
                                    tables(rows.getString(5)),
                                    rows.getString(6)),
                            Optional.ofNullable(rows.getString(7)),
                            ObjectState.of(rows.getString(8)),
                            Optional.ofNullable(rows.getString(9)),
                            Optional.ofNullable(rows.getString(10))));
                }
            }
        }
        return found;
    }

    private static @Nullable String tablesText(List<TableName> tables) {
        return tables.isEmpty() ? null : tables.stream().map(TableName::sql).collect(Collectors.joining(", "));
    }

    private static List<TableName> tables(@Nullable String text) {
        List<TableName> tables = new ArrayList<>();
        Matcher matcher = TABLE.matcher(text == null ? "" : text);
        while (matcher.find()) {
            tables.add(new TableName(
                    matcher.group(1).replace("\"\"", "\""), matcher.group(2).replace("\"\"", "\"")));
        }
        return tables;
    }

    /** Returns whether the key of a table is still pending: keys are created after the load. */
    public boolean isKeyToCome(TableName table) {
        return list().stream()
                .filter(stored -> stored.object().section() == Section.KEYS)
                .filter(stored -> stored.object().table().equals(Optional.of(table)))
                .anyMatch(stored -> stored.state() == ObjectState.PENDING || stored.state() == ObjectState.FAILED);
    }
}
