package org.dtssync.app.generator;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.dtssync.connectors.postgres.Identifiers;

/** A random schema while it is written: what it has so far, and the next random choices. */
final class Draft {

    /** Ways to spell a name; each gets a number, so that it is unique. */
    private static final List<String> SPELLINGS = List.of(
            "%s_%d",
            "%s_%d",
            "%s_%d",
            "%s_%d",
            "%s%d",
            "%S_%d",
            "%s %d",
            "%s.%d",
            "\"%s\"%d",
            "%s\"%d",
            "%s'%d",
            "%s;%d",
            "%s--%d",
            "/*%s%d",
            "%s\\%d",
            "%s$$%d",
            "%s%%I%d",
            "%s?%d",
            "{%s}%d",
            "%s,(%d)",
            "ä%sÜ ß%d",
            "名前%s%d",
            " %s%d ",
            "%s%d\"",
            "1%s%d",
            "select %s%d",
            "%s%d CHECK (",
            "%s\t%d",
            "%s%d = ANY");

    private static final List<String> WORDS = List.of(
            "select",
            "user",
            "table",
            "order",
            "json",
            "interval",
            "default",
            "check",
            "constraint",
            "primary",
            "timestamp",
            "time",
            "bit",
            "char",
            "values",
            "between",
            "system_user",
            "merge_action",
            "json_table",
            "json_query",
            "xmlparse",
            "setof",
            "none",
            "row",
            "coalesce",
            "authorization",
            "left",
            "freeze",
            "end",
            "all",
            "public");

    final Random random;
    final int version;
    final List<String> statements = new ArrayList<>();
    final List<String> schemas = new ArrayList<>();
    final List<ValueType> types = new ArrayList<>();
    final List<Relation> tables = new ArrayList<>();
    final List<Relation> views = new ArrayList<>();
    /** What {@code COMMENT ON} can be followed by. */
    final List<String> commented = new ArrayList<>();
    /** Sequences that stand for themselves. */
    final List<String> sequences = new ArrayList<>();
    /** Functions of triggers. */
    final List<String> triggerFunctions = new ArrayList<>();

    private final String prefix;
    private final boolean hasAwkwardNames;
    private final Set<String> usedWords = new HashSet<>();
    private int number;

    Draft(long seed, int version, String prefix, boolean hasAwkwardNames) {
        this.random = new Random(seed);
        this.version = version;
        this.prefix = prefix;
        this.hasAwkwardNames = hasAwkwardNames;
    }

    static String quote(String name) {
        return Identifiers.quote(name);
    }

    static String literal(String text) {
        return Identifiers.literal(text);
    }

    void add(String statement) {
        statements.add(statement);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    @SafeVarargs
    final <T> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** Returns the choice, or nothing. */
    String maybe(int percent, String text) {
        return chance(percent) ? text : "";
    }

    /** Returns a new name, unquoted. */
    String name(String stem) {
        number++;
        if (!hasAwkwardNames) {
            return prefix + stem + "_" + number;
        }
        if (chance(3)) {
            String long63 = prefix + stem + number + "_";
            return long63 + "ä".repeat((63 - long63.length()) / 2);
        }
        return pick(SPELLINGS).formatted(prefix + stem, number);
    }

    /** Returns a name for a column or an argument: unique within its table, often a keyword. */
    String partName(String stem) {
        number++;
        if (hasAwkwardNames && chance(12)) {
            String word = pick(WORDS);
            return usedWords.add(word) ? word : word.toUpperCase(Locale.ROOT) + " " + number;
        }
        return hasAwkwardNames ? pick(SPELLINGS).formatted(stem, number) : stem + "_" + number;
    }

    String schema() {
        return pick(schemas);
    }

    /** Returns a new name with a schema, quoted. */
    String qualified(String stem) {
        return quote(schema()) + "." + quote(name(stem));
    }

    ValueType type(Predicate<ValueType> wanted) {
        List<ValueType> fitting = types.stream().filter(wanted).toList();
        List<ValueType> made = fitting.stream().filter(ValueType::needsMore).toList();
        return !made.isEmpty() && chance(45) ? pick(made) : pick(fitting);
    }

    List<Relation> tables(Predicate<Relation> wanted) {
        return tables.stream().filter(wanted).toList();
    }

    /** Grants a right on something to a role of the tests, sometimes. */
    void grant(String what, String right, int percent) {
        if (chance(percent)) {
            add("GRANT " + right + " ON " + what + " TO "
                    + oneOf("app_reader", "app_owner", "PUBLIC", "app_reader, app_owner"));
        }
    }

    /** Gives something to another owner, sometimes. */
    void own(String what, int percent) {
        if (chance(percent)) {
            add("ALTER " + what + " OWNER TO app_owner");
        }
    }
}
