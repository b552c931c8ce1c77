package org.dtssync.app.ddl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.ddl.CandidateStatements.Candidate;
import org.dtssync.app.ddl.StatementChoice.Choice;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * Repeats the recorded commands of one source transaction at the destination, within the caller's transaction there. Each runs as the
 * role, under the search path and the settings that it ran with at the source, and what it leaves is compared with what it left
 * there; a statement that fails or leaves something else is rolled back, and the next candidate is tried.
 *
 * <p>Not thread-safe.
 */
public final class CarriedDdl {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a message has that runs the script of an extension, whose commands are not repeated one by one. */
    private static final List<String> SCRIPTS = List.of("CREATE EXTENSION", "ALTER EXTENSION", "DROP EXTENSION");

    private final Connection destination;
    private final ObjectSelection selection;
    private final Lsn commit;
    private final CandidateStatements candidates = new CandidateStatements();
    private final boolean sameVersion;

    /**
     * Creates the commands of one transaction.
     *
     * @param destination a session in a transaction
     * @param selection what belongs to the task
     * @param commit where the transaction committed at the source
     * @param sourceVersion major version of the source
     */
    public CarriedDdl(Connection destination, ObjectSelection selection, Lsn commit, int sourceVersion)
            throws SQLException {
        this.destination = destination;
        this.selection = selection;
        this.commit = commit;
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

    /** Makes what compares shapes at the destination. The schema dts_sync must exist there. */
    public static void prepare(Connection destination) throws SQLException {
        try (Statement statement = destination.createStatement()) {
            statement.execute(RecorderSql.STATE.replace("@SCHEMA@", "dts_sync"));
        }
    }

    /**
     * Takes the next row of the transaction.
     *
     * @throws SyncException of kind SHAPE_CHANGED if the command cannot be repeated; the caller rolls back
     */
    public Outcome run(RecordedCommand command) throws SQLException {
        candidates.note(command);
        if (command.event().equals("failed")) {
            throw refused(command, "", command.error().orElse("it was not recorded"));
        }
        if (!command.event().equals("command") && !command.isDrop()) {
            return new Outcome(How.PART, "");
        }
        List<JsonNode> touched = command.isDrop() ? command.dropped() : command.objects();
        List<JsonNode> selected = touched.stream().filter(this::isSelected).toList();
        if (selected.isEmpty() && !touched.isEmpty()) {
            return new Outcome(How.UNSELECTED, "");
        }
        List<Candidate> found = candidates.of(command);
        if (found.isEmpty() && candidates.hasTag(command, SCRIPTS)) {
            return new Outcome(How.UNSELECTED, "");
        }
        return tryEach(command, StatementChoice.of(command, found, selected));
    }

    private boolean isSelected(JsonNode object) {
        JsonNode schema = object.path("schema");
        if (schema.isTextual()) {
            return selection.touchesSchema(schema.asText());
        }
        return !object.path("type").asText().equals("schema")
                || selection.touchesSchema(object.path("identity").asText().replace("\"", ""));
    }

    private Outcome tryEach(RecordedCommand command, List<Choice> choices) throws SQLException {
        List<String> problems = new ArrayList<>();
        for (Choice choice : choices) {
            Savepoint savepoint = destination.setSavepoint();
            Optional<String> problem = attempt(command, choice);
            if (problem.isEmpty()) {
                destination.releaseSavepoint(savepoint);
                Candidate taken = choice.candidate();
                if (taken != null) {
                    candidates.take(taken);
                }
                return new Outcome(taken == null ? How.STATE : How.TEXT, choice.sql());
            }
            destination.rollback(savepoint);
            problems.add(problem.get());
        }
        throw refused(
                command,
                choices.isEmpty() ? "" : choices.get(0).sql(),
                problems.isEmpty() ? "its text is not known" : String.join("; ", problems));
    }

    private Optional<String> attempt(RecordedCommand command, Choice choice) {
        try {
            take(command, choice);
            execute(choice.sql());
            giveBack();
            return compare(command);
        } catch (SQLException e) {
            return Optional.of(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    /** Settings that this server does not have mean nothing here. */
    private void take(RecordedCommand command, Choice choice) throws SQLException {
        try (PreparedStatement statement = destination.prepareStatement("""
                SELECT set_config(name, value, true) FROM unnest(?::text[], ?::text[]) s(name, value)
                WHERE current_setting(name, true) IS DISTINCT FROM value AND current_setting(name, true) IS NOT NULL
                UNION ALL SELECT set_config('check_function_bodies', 'off', true)
                UNION ALL SELECT set_config('search_path', coalesce((SELECT string_agg(quote_ident(s), ', ' ORDER BY place)
                    FROM unnest(?::text[]) WITH ORDINALITY p(s, place)), ''), true)
                """)) {
            Map<String, String> settings = command.settings();
            List<String> names = List.copyOf(settings.keySet());
            statement.setArray(1, destination.createArrayOf("text", names.toArray()));
            statement.setArray(
                    2,
                    destination.createArrayOf(
                            "text", names.stream().map(settings::get).toArray()));
            List<String> path = choice.qualified() ? List.of("pg_catalog") : command.path();
            statement.setArray(3, destination.createArrayOf("text", path.toArray()));
            statement.executeQuery().close();
        }
        if (selection.owners() == Owners.KEEP && command.role().isPresent()) {
            execute("SET LOCAL ROLE " + Identifiers.quote(command.role().get()));
        }
    }

    private void giveBack() throws SQLException {
        execute("RESET ROLE");
        execute("SET LOCAL search_path = pg_catalog");
        execute("SET LOCAL standard_conforming_strings = on");
        execute("SET LOCAL \"DateStyle\" = 'ISO, YMD'");
        execute("SET LOCAL \"TimeZone\" = 'UTC'");
        execute("SET LOCAL \"IntervalStyle\" = 'postgres'");
    }

    /** Returns how the tables differ from those at the source once what can be repaired is; empty if they do not. */
    private Optional<String> compare(RecordedCommand command) throws SQLException {
        List<String> problems = new ArrayList<>();
        for (JsonNode state : command.relations().values()) {
            RelationShape wanted = new RelationShape(state);
            if (!selection.touchesSchema(wanted.name().schema())) {
                continue;
            }
            RelationShape here = here(wanted);
            if (here == null) {
                problems.add("table " + wanted.name() + " does not exist");
                continue;
            }
            List<String> repairs = new ArrayList<>(wanted.missingConstraints(here));
            repairs.addAll(wanted.missingValues(here));
            for (String repair : repairs) {
                execute(repair);
            }
            RelationShape now = repairs.isEmpty() ? here : here(wanted);
            if (now != null) {
                wanted.differences(now, sameVersion, selection.owners() == Owners.KEEP)
                        .forEach(how -> problems.add("table " + wanted.name() + ": " + how));
            }
        }
        return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
    }

    private @Nullable RelationShape here(RelationShape wanted) throws SQLException {
        try (PreparedStatement statement =
                destination.prepareStatement("SELECT dts_sync.relation_state(to_regclass(?))::text")) {
            statement.setString(1, wanted.name().sql());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                String json = rows.getString(1);
                return json == null ? null : new RelationShape(JSON.readTree(json));
            }
        } catch (JsonProcessingException e) {
            throw new SyncException(FaultKind.INTERNAL, "PostgreSQL returned JSON that cannot be read.", "", e);
        }
    }

    /** As one statement: braces in a text are no escapes of JDBC. */
    private void execute(String sql) throws SQLException {
        try (Statement statement = destination.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    private SyncException refused(RecordedCommand command, String sql, String why) {
        String text = sql.length() > 200 ? sql.substring(0, 200) + " ..." : sql;
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "Command " + command.number() + " (" + command.tag() + ") of the transaction at " + commit
                        + " could not be repeated at the destination" + (text.isEmpty() ? "" : ": " + text) + " (" + why
                        + ").",
                "");
    }
}
