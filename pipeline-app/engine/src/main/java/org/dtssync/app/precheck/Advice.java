package org.dtssync.app.precheck;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a person can do about a finding. Immutable.
 *
 * @param server where; empty if it is the task file, or no server's matter
 * @param statements SQL that solves it there and destroys nothing, each with its semicolon; empty if there is none
 * @param text what to do instead of the statements, or in addition to them; may be empty
 */
public record Advice(Optional<Place> server, List<String> statements, String text) {

    /** Nothing to do. */
    public static final Advice NONE = new Advice(Optional.empty(), List.of(), "");

    /** A server of a task. */
    public enum Place {
        /** The source database. */
        SOURCE,
        /** The destination database. */
        DESTINATION,
        /** The brokers. */
        KAFKA,
        /** The schema registry. */
        REGISTRY;

        /** Returns the name shown to people and in JSON. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Copies the statements. */
    public Advice {
        statements = List.copyOf(statements);
    }

    /** What is not done with SQL, or must be thought about first. */
    public static Advice text(String text) {
        return new Advice(Optional.empty(), List.of(), text);
    }

    /** The same, at one server. */
    public static Advice text(Place server, String text) {
        return new Advice(Optional.of(server), List.of(), text);
    }

    /** Statements that solve it. */
    static Advice sql(Place server, String... statements) {
        return new Advice(Optional.of(server), List.of(statements), "");
    }

    /** Returns the same with what else can or must be done. */
    Advice and(String more) {
        return new Advice(server, statements, more);
    }

    /** Returns the statements, one per line. */
    public String sql() {
        return String.join("\n", statements);
    }

    /** Returns each single command with its server, in one form, with and without quotes around names. */
    Set<String> commands() {
        String place = server.map(Place::label).orElse("");
        return statements.stream()
                .flatMap(statement -> Arrays.stream(statement.split(";", -1)))
                .map(command -> command.replace("\"", "").strip())
                .filter(command -> !command.isEmpty())
                .map(command -> place + " " + command)
                .collect(Collectors.toSet());
    }

    /** Returns everything as one text to paste: the text is a comment behind the statements. */
    public String remedy() {
        if (statements.isEmpty() || text.isEmpty()) {
            return sql() + text;
        }
        return sql() + " -- " + text;
    }
}
