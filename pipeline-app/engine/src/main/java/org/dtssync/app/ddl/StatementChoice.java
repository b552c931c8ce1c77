package org.dtssync.app.ddl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.ddl.CandidateStatements.Candidate;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the statements with which a recorded command is repeated: the client's own text, except where that cannot be run in a
 * transaction, or would do something else than it did. Those are written from what the command left. Stateless.
 */
final class StatementChoice {

    /** A statement that names every object it drops, with the schema. */
    private static final Set<String> DROPPED_BY_NAME = Set.of(
            "DROP TABLE",
            "DROP VIEW",
            "DROP INDEX",
            "DROP SEQUENCE",
            "DROP MATERIALIZED VIEW",
            "DROP TYPE",
            "DROP DOMAIN");

    private static final Set<String> COPIED_ROWS = Set.of("CREATE TABLE AS", "SELECT INTO");

    private StatementChoice() {}

    /**
     * A statement to try.
     *
     * @param sql the statement
     * @param qualified whether its names have their schemas, and it runs without the command's search path
     * @param candidate the text it is from; null if it is written from what the command left
     */
    record Choice(String sql, boolean qualified, @Nullable Candidate candidate) {

        static Choice written(String sql) {
            return new Choice(sql, true, null);
        }
    }

    /**
     * Returns the statements to try, in order.
     *
     * @param selected the dropped objects that belong to the task
     * @param stage how much of the structure is there
     */
    static List<Choice> of(
            RecordedCommand command, List<Candidate> candidates, List<JsonNode> selected, LoadStage stage) {
        if (command.tag().equals("CREATE INDEX")) {
            List<Choice> indexes = indexes(command);
            if (!indexes.isEmpty()) {
                return indexes;
            }
        }
        if (COPIED_ROWS.contains(command.tag())) {
            return command.relations().values().stream()
                    .map(state -> Choice.written(new RelationShape(state).createColumns()))
                    .toList();
        }
        if (DROPPED_BY_NAME.contains(command.tag())) {
            return List.of(Choice.written(drop(command, selected)));
        }
        List<Choice> choices = new ArrayList<>();
        for (Candidate candidate : candidates) {
            choices.add(new Choice(runnable(command, candidate.statement()), false, candidate));
        }
        if (command.tag().equals("CREATE TABLE")) {
            whole(command, true).ifPresent(sql -> choices.add(Choice.written(sql)));
            if (stage == LoadStage.FIRST_LOAD) {
                // What one refers to may be a constraint that is made once the rows are there; and so is it.
                whole(command, false).ifPresent(sql -> choices.add(Choice.written(sql)));
            }
        }
        return choices;
    }

    /** As PostgreSQL prints them: with the name it chose. Of a partitioned table the text makes the partitions' indexes too. */
    private static List<Choice> indexes(RecordedCommand command) {
        List<String> printed = command.objects().stream()
                .filter(object -> object.path("tag").asText().equals("CREATE INDEX"))
                .map(object -> command.definitions().get(object.path("oid").asText()))
                .filter(definition -> definition != null && !definition.contains(" ON ONLY "))
                .toList();
        return printed.size() == 1 ? List.of(Choice.written(printed.get(0))) : List.of();
    }

    private static String drop(RecordedCommand command, List<JsonNode> selected) {
        List<String> names = selected.stream()
                .filter(object -> object.path("original").asBoolean())
                .map(object -> object.path("identity").asText())
                .toList();
        if (names.isEmpty()) {
            return selected.stream()
                    .filter(StatementChoice::isDependent)
                    .map(StatementChoice::dropDependent)
                    .collect(Collectors.joining(";\n"));
        }
        boolean cascaded = command.dropped().stream()
                .anyMatch(object -> object.path("normal").asBoolean());
        return command.tag() + " IF EXISTS " + String.join(", ", names) + (cascaded ? " CASCADE" : "");
    }

    /** Returns whether an object was dropped with another one that it depends on, and not as a part of it. */
    private static boolean isDependent(JsonNode object) {
        return object.path("normal").asBoolean() && !object.path("original").asBoolean();
    }

    /**
     * Returns whether a drop concerns the task, of which some of the dropped objects are: one that was named, or one that
     * depended on it. Types and indexes of a table that is not selected go with it.
     */
    static boolean concerns(RecordedCommand command, List<JsonNode> selected) {
        return !DROPPED_BY_NAME.contains(command.tag())
                || selected.stream().anyMatch(object -> object.path("original").asBoolean() || isDependent(object));
    }

    private static String dropDependent(JsonNode object) {
        String type = object.path("type").asText();
        if (type.equals("table constraint")) {
            JsonNode names = object.path("names");
            return "ALTER TABLE IF EXISTS "
                    + new TableName(names.path(0).asText(), names.path(1).asText()).sql()
                    + " DROP CONSTRAINT IF EXISTS "
                    + Identifiers.quote(names.path(2).asText()) + " CASCADE";
        }
        return "DROP " + type.toUpperCase(Locale.ROOT) + " IF EXISTS "
                + object.path("identity").asText() + " CASCADE";
    }

    /** The words that a transaction does not allow, and places that only the source has. */
    private static String runnable(RecordedCommand command, SqlStatement statement) {
        if (command.tag().equals("REFRESH MATERIALIZED VIEW")) {
            return statement.text();
        }
        return statement.without(word -> word.is("CONCURRENTLY") || word.is("FINALIZE"));
    }

    private static Optional<String> whole(RecordedCommand command, boolean references) {
        List<String> sequences = command.objects().stream()
                .filter(object -> object.path("type").asText().equals("sequence"))
                .map(object -> object.path("identity").asText())
                .distinct()
                .toList();
        return command.relations().values().stream()
                .map(RelationShape::new)
                .filter(shape -> !shape.json().path("parent").isTextual())
                .map(shape -> shape.createWhole(sequences, references))
                .findFirst();
    }
}
