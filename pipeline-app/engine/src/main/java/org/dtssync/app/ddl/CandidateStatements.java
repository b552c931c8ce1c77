package org.dtssync.app.ddl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the statement of a recorded command in the text around it. PostgreSQL says where a command is in the client's message only
 * if it is alone there, and the frames of a function can be followed by others, or by forged ones. So there may be several
 * candidates, the likeliest first; the shape that the command left decides.
 *
 * <p>Belongs to one transaction. Not thread-safe.
 */
final class CandidateStatements {

    private static final String STATEMENT_FRAME = "SQL statement \"";
    private static final Pattern NEXT_FRAME = Pattern.compile(
            "\"(?:\\n(?=PL/|SQL statement|SQL function|SQL expression|extension script|[^\\n]* function )|\\z)");
    private static final Pattern FUNCTION_FRAME =
            Pattern.compile("\\ASQL function \"(.*?)\" statement (\\d+)", Pattern.DOTALL);

    /** What can be at the end of a dropped or made object's name: its arguments, or the table it is on. */
    private static final Pattern LAST_NAME = Pattern.compile("(?:\"((?:[^\"]|\"\")+)\"|([^\\s.\"(]+))(?=\\(|\\s|\\z)");

    private final Map<Long, String> messages = new HashMap<>();

    /** The place of the last statement that was taken of each text. */
    private final Map<String, Integer> taken = new HashMap<>();

    /**
     * A statement that may be the command.
     *
     * @param statement the statement
     * @param source the text it is from
     * @param place its place in the text
     */
    record Candidate(SqlStatement statement, String source, int place) {}

    /** Notes a row's text, if it has the message. */
    void note(RecordedCommand row) {
        row.text().ifPresent(text -> messages.put(row.number(), text));
    }

    /** Returns the statements that may be a command's; none if it came from the script of an extension, or without a text. */
    List<Candidate> of(RecordedCommand command) {
        Optional<String> context = command.context();
        if (context.isEmpty()) {
            return fromText(command, messages.getOrDefault(command.textNumber(), ""));
        }
        if (context.get().startsWith(STATEMENT_FRAME)) {
            String body = context.get().substring(STATEMENT_FRAME.length());
            List<Candidate> candidates = new ArrayList<>();
            Matcher ends = NEXT_FRAME.matcher(body);
            while (ends.find()) {
                candidates.addAll(fromText(command, body.substring(0, ends.start())));
            }
            return candidates;
        }
        Matcher function = FUNCTION_FRAME.matcher(context.get());
        return function.find() ? fromFunction(command, Integer.parseInt(function.group(2))) : List.of();
    }

    private static List<Candidate> fromFunction(RecordedCommand command, int number) {
        List<Candidate> candidates = new ArrayList<>();
        for (JsonNode body : command.effects().path("bodies")) {
            List<SqlStatement> statements = SqlStatement.split(body.asText(), command.standardStrings());
            if (number <= statements.size()) {
                candidates.add(new Candidate(statements.get(number - 1), body.asText(), number - 1));
            }
        }
        return candidates;
    }

    private List<Candidate> fromText(RecordedCommand command, String text) {
        List<SqlStatement> statements = SqlStatement.split(text, command.standardStrings());
        int last = statements.size() == 1 ? -1 : taken.getOrDefault(text, -1);
        List<Candidate> candidates = new ArrayList<>();
        for (int i = last + 1; i < statements.size(); i++) {
            if (statements.get(i).tag().equals(command.tag())) {
                candidates.add(new Candidate(statements.get(i), text, i));
            }
        }
        Set<String> named = names(command);
        List<Candidate> naming = candidates.stream()
                .filter(candidate -> candidate.statement().names().stream().anyMatch(named::contains))
                .toList();
        return naming.isEmpty() ? candidates : naming;
    }

    private static Set<String> names(RecordedCommand command) {
        Set<String> names = new HashSet<>();
        Stream.concat(
                        command.objects().stream(),
                        command.dropped().stream()
                                .filter(object -> object.path("original").asBoolean()))
                .map(object -> object.path("identity").asText())
                .forEach(identity -> {
                    Matcher last = LAST_NAME.matcher(identity);
                    while (last.find()) {
                        names.add(
                                last.group(1) == null
                                        ? last.group(2)
                                        : last.group(1).replace("\"\"", "\""));
                    }
                });
        names.remove("on");
        return names;
    }

    /** Returns whether the client's message has a statement with one of these tags. */
    boolean hasTag(RecordedCommand command, List<String> tags) {
        String message = messages.getOrDefault(command.textNumber(), "");
        return SqlStatement.split(message, command.standardStrings()).stream()
                .anyMatch(statement -> tags.contains(statement.tag()));
    }

    /** Notes that a candidate was the command: later commands of its text are behind it. */
    void take(Candidate candidate) {
        taken.put(candidate.source(), candidate.place());
    }
}
