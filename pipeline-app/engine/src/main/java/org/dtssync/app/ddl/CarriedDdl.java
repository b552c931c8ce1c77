package org.dtssync.app.ddl;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.ddl.CandidateStatements.Candidate;
import org.dtssync.app.ddl.StatementChoice.Choice;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Repeats the recorded commands of one source transaction at the destination, within the caller's transaction there. Each runs as the
 * role, under the search path and the settings that it ran with at the source, and what it leaves is compared with what it left
 * there; a statement that fails or leaves something else is rolled back, and the next candidate is tried.
 *
 * <p>Not thread-safe.
 */
public final class CarriedDdl {

    /** How PostgreSQL begins the kinds of what belongs to other servers. */
    private static final String FOREIGN = "foreign";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final String INVALID_PARAMETER = "22023";

    /** The first version whose sender announces tables again after their schema was renamed. */
    private static final int RENAMED_SCHEMAS_ARE_SENT = 16;

    /** Rights are given on objects that the event does not name: on those of the task, and on others that need not be here. */
    private static final Set<String> RIGHTS = Set.of("GRANT", "REVOKE", "ALTER DEFAULT PRIVILEGES");

    /** A table, schema, function, or another object or role that is not here. */
    private static final Set<String> ABSENT = Set.of("42P01", "3F000", "42883", "42704");

    /** What a message has that runs the script of an extension, whose commands are not repeated one by one. */
    private static final List<String> SCRIPTS = List.of("CREATE EXTENSION", "ALTER EXTENSION", "DROP EXTENSION");

    /** The catalogs of what belongs to a table. */
    private static final Set<String> OF_TABLES = Set.of(
            "pg_class", "pg_constraint", "pg_trigger", "pg_policy", "pg_rewrite", "pg_attrdef", "pg_statistic_ext");

    private final Connection destination;
    private final ObjectSelection selection;
    private final Lsn commit;
    private final LoadStage stage;
    private final CandidateStatements candidates = new CandidateStatements();
    private final CommandSession session;
    private final boolean sameVersion;
    private final int sourceVersion;
    private final Set<Long> noted = new HashSet<>();
    private int ordinal;

    /** Whether a statement about rights named what is not here: a later one may have run in its place, and it in that one's. */
    private boolean absentRights;

    /**
     * Creates the commands of one transaction.
     *
     * @param destination a session in a transaction
     * @param selection what belongs to the task
     * @param commit where the transaction committed at the source
     * @param sourceVersion major version of the source; 0 if it is not known
     */
    public CarriedDdl(Connection destination, ObjectSelection selection, Lsn commit, int sourceVersion)
            throws SQLException {
        this(destination, selection, commit, sourceVersion, LoadStage.WHOLE);
    }

    /**
     * Does the same.
     *
     * @param stage how much of the structure is there
     */
    public CarriedDdl(Connection destination, ObjectSelection selection, Lsn commit, int sourceVersion, LoadStage stage)
            throws SQLException {
        this.destination = destination;
        this.selection = selection;
        this.commit = commit;
        this.stage = stage;
        this.session = new CommandSession(destination, selection.owners() == Owners.KEEP);
        this.sourceVersion = sourceVersion;
        this.sameVersion = destination.getMetaData().getDatabaseMajorVersion() == sourceVersion;
    }

    /** How a command was repeated. */
    public enum How {
        /** By the client's own text. */
        TEXT,
        /** By a statement that was written from what it left. */
        STATE,
        /** Not at all: nothing it touches belongs to the task, or the script of an extension ran it. */
        UNSELECTED,
        /** Not at all: it gives or takes rights on what is not at the destination, or of a role that is not there. */
        ABSENT,
        /** Not yet: what it makes or changes is made once the rows are there, from a list that is read then. */
        LATER,
        /** Not yet: it makes an index, which is built while the stream continues. */
        DEFERRED,
        /** Not yet: the row belongs to a command whose own row follows. */
        PART
    }

    /**
     * What became of a row.
     *
     * @param how how it was repeated
     * @param sql the statement; empty if there was none
     */
    public record Outcome(How how, String sql) {}

    /**
     * Makes what compares shapes at the destination, under another name than the recorder's: that one may be a superuser's, and goes with
     * its last task. The schema dts_sync must exist there.
     */
    public static void prepare(Connection destination) throws SQLException {
        try (Statement statement = destination.createStatement()) {
            // One message is one transaction: tasks that begin together wait for each other.
            statement.execute("SELECT pg_advisory_xact_lock(hashtext('dts_sync_relation_state'));\n"
                    + RecorderSql.STATE.replace("@SCHEMA@.relation_state", RelationShape.FUNCTION));
        }
    }

    /**
     * Takes the next row of the transaction.
     *
     * @throws SyncException of kind SHAPE_CHANGED if the command cannot be repeated; the caller rolls back
     */
    public Outcome run(RecordedCommand command) throws SQLException {
        return run(command, Set.of(), Optional.empty());
    }

    /**
     * Takes the next row of the transaction.
     *
     * @param known of the tables and partitions that it concerns those that the task has, by object identifier: their names need not be
     *     selected
     * @param corrected a statement of a person that is run instead of the command
     * @throws SyncException of kind SHAPE_CHANGED if the command cannot be repeated; the caller rolls back
     */
    public Outcome run(RecordedCommand command, Set<String> known, Optional<String> corrected) throws SQLException {
        note(command);
        if (command.event().equals("failed")) {
            throw refused(command, "", command.error().orElse("it was not recorded"), null);
        }
        if (!command.isCommand()) {
            return new Outcome(How.PART, "");
        }
        List<JsonNode> selected = selected(command, known);
        if (!concerns(command, known, selected)) {
            return new Outcome(How.UNSELECTED, "");
        }
        if (corrected.isPresent()) {
            return tryEach(command, List.of(new Choice(corrected.get(), false, null)));
        }
        List<Candidate> found = candidates.of(command);
        if (found.isEmpty() && candidates.hasTag(command, SCRIPTS)) {
            return new Outcome(How.UNSELECTED, "");
        }
        if (found.isEmpty() && absentRights && RIGHTS.contains(command.tag())) {
            return new Outcome(How.ABSENT, "");
        }
        List<Choice> choices = StatementChoice.of(command, found, selected, stage);
        // Every view is refreshed once the rows are there; until then it may not be populated, and its indexes are
        // missing.
        boolean refresh = stage != LoadStage.WHOLE && command.tag().equals("REFRESH MATERIALIZED VIEW");
        if (refresh || (stage == LoadStage.FIRST_LOAD && LaterObjects.areMadeBy(command))) {
            takeFirst(found);
            return new Outcome(How.LATER, "");
        }
        try {
            return tryEach(command, choices);
        } catch (SyncException e) {
            if (stage == LoadStage.WHOLE || e.kind() != FaultKind.SHAPE_CHANGED || !mayComeLater(command, found)) {
                throw e;
            }
            takeFirst(found);
            return new Outcome(How.LATER, "");
        }
    }

    private void takeFirst(List<Candidate> found) {
        found.stream().findFirst().ifPresent(candidates::take);
    }

    /** Returns whether what rows depend on is as the command left it, so that it can only be about what is made from the list. */
    private boolean mayComeLater(RecordedCommand command, List<Candidate> found) throws SQLException {
        if (LaterObjects.areConcernedBy(command)) {
            return true;
        }
        if (!command.tag().equals("ALTER TABLE")
                || command.tables().isEmpty()
                || (!found.isEmpty() && found.stream().noneMatch(one -> LaterObjects.areNamedIn(one.statement())))) {
            return false;
        }
        for (CommandTable table : command.tables()) {
            RelationShape here = isSelected(table)
                    ? RelationShape.at(destination, table.shape().name())
                    : table.shape();
            if (here == null
                    || !table.shape()
                            .differencesOfRows(here, sameVersion, selection.owners() == Owners.KEEP)
                            .isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Returns the index that a command makes, if it is the task's and can be built while the stream continues. */
    public Optional<DeferrableIndex> deferrable(RecordedCommand command) {
        return stage == LoadStage.WHOLE && concerns(command) ? DeferrableIndex.of(command) : Optional.empty();
    }

    /** Returns whether a command touches something that belongs to the task. */
    public boolean concerns(RecordedCommand command) {
        return concerns(command, Set.of(), selected(command, Set.of()));
    }

    private boolean concerns(RecordedCommand command, Set<String> known, List<JsonNode> selected) {
        // A table that gets a name which is not selected was the task's until then.
        boolean leaves = !command.isDrop()
                && command.tables().stream()
                        .anyMatch(table ->
                                known.contains(table.oid()) && table.root().isEmpty() && !isSelected(table));
        boolean others = (selected.isEmpty() && !touched(command).isEmpty())
                || concernsOtherTables(command)
                || (command.isDrop() && !StatementChoice.concerns(command, selected))
                || dropsForeign(command);
        return leaves || !others;
    }

    /** With a foreign table goes its row type, which is not migrated either. */
    private static boolean dropsForeign(RecordedCommand command) {
        List<JsonNode> named = command.dropped().stream()
                .filter(object -> object.path("original").asBoolean())
                .toList();
        return command.isDrop()
                && !named.isEmpty()
                && named.stream()
                        .allMatch(object -> object.path("type").asText().startsWith(FOREIGN));
    }

    private List<JsonNode> selected(RecordedCommand command, Set<String> known) {
        return touched(command).stream()
                .filter(object -> selected(object, known))
                .toList();
    }

    private static List<JsonNode> touched(RecordedCommand command) {
        return command.isDrop() ? command.dropped() : command.objects();
    }

    /** Returns whether the source continues to send rows of the tables of a command under their earlier names. */
    public boolean isSentUnderEarlierNames(RecordedCommand command) {
        return sourceVersion > 0
                && sourceVersion < RENAMED_SCHEMAS_ARE_SENT
                && command.tag().equals("ALTER SCHEMA")
                && candidates.of(command).stream()
                        .anyMatch(candidate ->
                                candidate.statement().words().stream().anyMatch(word -> word.is("RENAME")));
    }

    /** Takes note of a row that is not run: later ones refer to its text, and are counted behind it. */
    public void note(RecordedCommand command) {
        if (noted.add(command.number())) {
            candidates.note(command);
            ordinal += command.isCommand() ? 1 : 0;
        }
    }

    /** Returns the place of the last command in the transaction, from 1. */
    public int ordinal() {
        return ordinal;
    }

    /** Returns the likeliest text of a command, for people. */
    public String text(RecordedCommand command) {
        return candidates.of(command).stream()
                .findFirst()
                .map(candidate -> candidate.statement().text())
                .orElse(command.tag());
    }

    private boolean selected(JsonNode object, Set<String> known) {
        JsonNode schema = object.path("schema");
        String type = object.path("type").asText();
        if (type.startsWith(FOREIGN)) {
            // Neither tables of other servers nor what reaches these is migrated.
            return false;
        }
        if (!schema.isTextual()) {
            return !type.equals("schema")
                    || selection.touchesSchema(object.path("identity").asText().replace("\"", ""));
        }
        boolean droppedTable = object.has("original") && type.equals("table");
        if (droppedTable && !known.contains(object.path("oid").asText())) {
            return selection.selects(schema.asText(), object.path("name").asText());
        }
        return selection.touchesSchema(schema.asText());
    }

    /** A command that is about tables alone, none of which is the task's. */
    private boolean concernsOtherTables(RecordedCommand command) {
        return !command.relations().isEmpty()
                && command.tables().stream().noneMatch(this::isSelected)
                && command.objects().stream()
                        .allMatch(object ->
                                OF_TABLES.contains(object.path("class").asText()));
    }

    /** Returns whether a table belongs to the task, a partition by its root. */
    public boolean isSelected(CommandTable table) {
        TableName name = table.root().map(CommandTable.Root::name).orElse(table.name());
        return selection.selects(name.schema(), name.table());
    }

    private Outcome tryEach(RecordedCommand command, List<Choice> choices) throws SQLException {
        List<String> problems = new ArrayList<>();
        boolean absent = RIGHTS.contains(command.tag()) && !choices.isEmpty();
        SQLException ofRows = null;
        for (Choice choice : choices) {
            Savepoint savepoint = destination.setSavepoint();
            Optional<Problem> problem = attempt(command, choice);
            if (problem.isEmpty()) {
                destination.releaseSavepoint(savepoint);
                Candidate taken = choice.candidate();
                if (taken != null) {
                    candidates.take(taken);
                }
                return new Outcome(taken == null ? How.STATE : How.TEXT, choice.sql());
            }
            destination.rollback(savepoint);
            problems.add(problem.get().text());
            ofRows = ofRows == null ? problem.get().ofRows() : ofRows;
            // What a person has written is meant as it is.
            absent &= problem.get().absent() && choice.candidate() != null;
            absentRights |= absent;
        }
        if (absent) {
            return new Outcome(How.ABSENT, "");
        }
        throw refused(
                command,
                choices.isEmpty() ? "" : choices.get(0).sql(),
                problems.isEmpty() ? "its text is not known" : String.join("; ", problems),
                ofRows);
    }

    /**
     * Why a statement was not the right one.
     *
     * @param text in words
     * @param absent whether something that it names is not at the destination
     * @param ofRows the error, if rows that are there are not such as it allows
     */
    private record Problem(
            String text, boolean absent, @Nullable SQLException ofRows) {}

    /** Returns whether a command failed at rows: by a value, or a constraint. */
    public static boolean isOfRows(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return (state.startsWith("22") && !state.equals(INVALID_PARAMETER)) || state.startsWith("23");
    }

    /** What another try may do better is no answer to whether the statement is the right one. */
    private Optional<Problem> attempt(RecordedCommand command, Choice choice) throws SQLException {
        try {
            Map<String, RelationShape> earlier = earlier(command);
            session.run(command, choice);
            return compare(command, earlier).map(text -> new Problem(text, false, null));
        } catch (SQLException e) {
            if (isPassing(e)) {
                throw e;
            }
            return Optional.of(new Problem(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    ABSENT.contains(String.valueOf(e.getSQLState())),
                    isOfRows(e) ? e : null));
        }
    }

    private static boolean isPassing(SQLException e) {
        FaultKind kind = SqlFaults.kind(e);
        return kind == FaultKind.CONNECTION
                || (kind == FaultKind.TRANSIENT
                        && (!String.valueOf(e.getSQLState()).startsWith("55")
                                || LOCK_NOT_AVAILABLE.equals(e.getSQLState())));
    }

    /** Returns the tables as they are before the command, by object identifier at the source; only those whose columns could be added by it. */
    private Map<String, RelationShape> earlier(RecordedCommand command) throws SQLException {
        Map<String, RelationShape> earlier = new HashMap<>();
        for (CommandTable table : command.tables()) {
            if ((table.shape().hasMissingValues() || stage == LoadStage.FIRST_LOAD) && isSelected(table)) {
                RelationShape here = RelationShape.at(destination, table.shape().name());
                if (here != null) {
                    earlier.put(table.oid(), here);
                }
            }
        }
        return earlier;
    }

    /** Returns how the tables differ from those at the source once what can be repaired is; empty if they do not. */
    private Optional<String> compare(RecordedCommand command, Map<String, RelationShape> earlier) throws SQLException {
        List<String> problems = new ArrayList<>();
        for (CommandTable table : command.tables()) {
            RelationShape wanted = table.shape();
            if (!isSelected(table)) {
                continue;
            }
            RelationShape here = RelationShape.at(destination, wanted.name());
            if (here == null) {
                problems.add("table " + wanted.name() + " does not exist");
                continue;
            }
            List<String> repairs = new ArrayList<>(wanted.missingConstraints(here));
            RelationShape before = earlier.get(table.oid());
            boolean partly = stage == LoadStage.FIRST_LOAD;
            if (partly) {
                // Rows that are still to come may break them; and they are in the list.
                repairs = new ArrayList<>(before == null ? List.of() : here.withoutConstraintsSince(before));
            }
            if (before != null) {
                repairs.addAll(wanted.valuesOfAdded(before, here));
            }
            if (!partly) {
                repairs.addAll(wanted.otherNulls(here));
            }
            if (selection.owners() == Owners.KEEP) {
                repairs.addAll(wanted.otherOwner(here));
            }
            for (String repair : repairs) {
                session.execute(repair);
            }
            RelationShape now = repairs.isEmpty() ? here : RelationShape.at(destination, wanted.name());
            if (now != null) {
                boolean owners = selection.owners() == Owners.KEEP;
                (partly
                                ? wanted.differencesOfRows(now, sameVersion, owners)
                                : wanted.differences(now, sameVersion, owners))
                        .forEach(how -> problems.add("table " + wanted.name() + ": " + how));
            }
        }
        return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
    }

    private SyncException refused(RecordedCommand command, String sql, String why, @Nullable SQLException ofRows) {
        String text = sql.length() > 200 ? sql.substring(0, 200) + " ..." : sql;
        String number = commit + "." + ordinal;
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Command " + ordinal + " (" + command.tag() + ") of the transaction at " + commit
                        + " could not be carried" + (text.isEmpty() ? "" : ": " + text) + " (" + why + ").",
                "See it with dts-sync ddl show TASK.yaml " + number + ", correct it with dts-sync ddl set TASK.yaml "
                        + number + " FILE, or leave it out with dts-sync ddl skip TASK.yaml " + number
                        + ", then run again.",
                ofRows);
    }
}
