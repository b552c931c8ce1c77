package org.dtssync.app.ddl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Objects that no row depends on: while the rows of a task are loaded for the first time, the destination does not have them. Stateless.
 */
final class LaterObjects {

    /** As PostgreSQL calls them. */
    private static final Set<String> TYPES =
            Set.of("index", "trigger", "rule", "policy", "statistics object", "table constraint");

    /** What names them in a text, or a property of a table that names one. */
    private static final Set<String> WORDS = Set.of(
            "CONSTRAINT",
            "CHECK",
            "UNIQUE",
            "PRIMARY",
            "FOREIGN",
            "REFERENCES",
            "EXCLUDE",
            "INDEX",
            "CLUSTER",
            "TRIGGER",
            "RULE",
            "IDENTITY");

    private LaterObjects() {}

    /** Returns whether a text that changes a table is about such objects, and not about where its rows are. */
    static boolean areNamedIn(SqlStatement statement) {
        List<SqlToken> words = statement.words();
        return words.stream().anyMatch(word -> WORDS.stream().anyMatch(word::is)) && !movesRows(words);
    }

    /** USING INDEX TABLESPACE is about an index alone. */
    private static boolean movesRows(List<SqlToken> words) {
        return IntStream.range(0, words.size())
                .anyMatch(i -> words.get(i).is("TABLESPACE")
                        && (i == 0 || !words.get(i - 1).is("INDEX")));
    }

    /** Returns whether a command makes such objects alone. */
    static boolean areMadeBy(RecordedCommand command) {
        return command.tag().startsWith("CREATE ") && areConcernedBy(command);
    }

    /** Returns whether a command makes, changes or drops such objects alone. */
    static boolean areConcernedBy(RecordedCommand command) {
        List<JsonNode> objects = command.isDrop()
                ? command.dropped().stream()
                        .filter(object -> object.path("original").asBoolean())
                        .toList()
                : command.objects();
        return !objects.isEmpty()
                && objects.stream()
                        .allMatch(object -> TYPES.contains(object.path("type").asText()));
    }
}
