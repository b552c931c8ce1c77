package org.dtssync.app.moving;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The finding of one check of the preconditions of a switch. Immutable.
 *
 * @param id which check, a fixed word such as {@code replica-identity}
 * @param group what it is about
 * @param result its result
 * @param message one sentence that names the object and what was found
 * @param server what must be changed about it, such as {@code source} or {@code kafka}; empty if that is no server
 * @param sql statements that meet it there; empty if it passed, or if SQL cannot
 * @param text what to do without them, or in addition; empty if it passed, or if they are all
 * @param measure what was measured, if the check compares a number with a limit
 */
public record Gate(
        String id,
        Group group,
        Result result,
        String message,
        String server,
        String sql,
        String text,
        Optional<Measure> measure) {

    private static final int LONGEST_SQL = 1_000;

    /** What a check is about. */
    public enum Group {
        /** The stream that the applications are moved along: phase, lag, schema, verification. */
        REPLICATION,
        /** Transactions that the switch would have to wait for. */
        TRANSACTIONS,
        /** Making the database that is left read-only. */
        READ_ONLY,
        /** Replication in the opposite direction, which starts with the switch. */
        REVERSE,
        /** Moving the applications back later, which a switch must not make impossible. */
        ROLLBACK,
        /** Where applications connect to. */
        ENDPOINT;

        /** Returns the name shown to people and in JSON. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The result of a check. */
    public enum Result {
        /** The precondition is met. */
        PASS,
        /** It is met, but the operator should know something. */
        WARN,
        /** It is not met: the switch would be refused. */
        FAIL;

        /** Returns the name shown to people and in JSON. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A number that a check compares.
     *
     * @param value what was measured
     * @param limit what it is compared with
     * @param unit of both, such as {@code ms}; empty for a count
     */
    public record Measure(long value, long limit, String unit) {}

    /** A precondition that is met. */
    public static Gate pass(String id, Group group, String message) {
        return new Gate(id, group, Result.PASS, message, "", "", "", Optional.empty());
    }

    /** A precondition that is met, with something the operator should know. */
    public static Gate warn(String id, Group group, String message, String remedy) {
        return new Gate(id, group, Result.WARN, message, "", "", remedy, Optional.empty());
    }

    /** A precondition that is not met. */
    public static Gate fail(String id, Group group, String message, String remedy) {
        return new Gate(id, group, Result.FAIL, message, "", "", remedy, Optional.empty());
    }

    /** Returns the same with where, and by which statements, it is met. */
    public Gate at(String place, String statements) {
        return new Gate(id, group, result, message, place, statements, text, measure);
    }

    /** Returns what to do about it, if possible something to paste; empty if it passed. */
    public String remedy() {
        return (sql.isEmpty() || text.contains(sql) ? text : "Run: " + sql + " " + text).strip();
    }

    /** Returns the same about another part of the switch. */
    Gate in(Group other) {
        return new Gate(id, other, result, message, server, sql, text, measure);
    }

    /** Returns the same with what was measured. */
    public Gate measured(long value, long limit, String unit) {
        return new Gate(id, group, result, message, server, sql, text, Optional.of(new Measure(value, limit, unit)));
    }

    /** Returns message and remedy as they are shown in one line. The whole of a long function would hide all others. */
    public String sentence() {
        String what = sql.length() <= LONGEST_SQL
                ? remedy()
                : ("The option --preconditions prints the SQL that changes this at the " + server + ". "
                                + (text.contains(sql) ? "" : text))
                        .strip();
        return (message + " " + what).strip();
    }

    /** Returns those that are not met. */
    public static List<Gate> failed(List<Gate> gates) {
        return gates.stream().filter(gate -> gate.result() == Result.FAIL).toList();
    }

    /** Returns the sentences of some, one per line. */
    static String sentences(List<Gate> gates) {
        return gates.stream().map(Gate::sentence).collect(Collectors.joining("\n"));
    }
}
