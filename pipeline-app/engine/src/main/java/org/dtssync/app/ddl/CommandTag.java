package org.dtssync.app.ddl;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Finds the tag that PostgreSQL gives a statement. Stateless. */
final class CommandTag {

    private static final Set<String> BEFORE_THE_KIND = Set.of(
            "OR",
            "REPLACE",
            "GLOBAL",
            "LOCAL",
            "TEMP",
            "TEMPORARY",
            "UNLOGGED",
            "UNIQUE",
            "RECURSIVE",
            "CONSTRAINT",
            "TRUSTED",
            "PROCEDURAL",
            "DEFAULT");

    private static final Set<String> KINDS_OF_TWO_WORDS = Set.of(
            "MATERIALIZED VIEW",
            "FOREIGN TABLE",
            "EVENT TRIGGER",
            "ACCESS METHOD",
            "OPERATOR CLASS",
            "OPERATOR FAMILY",
            "USER MAPPING",
            "DEFAULT PRIVILEGES",
            "LARGE OBJECT");

    private static final Set<String> CHANGING = Set.of("INSERT", "UPDATE", "DELETE", "MERGE");

    private CommandTag() {}

    static String of(SqlStatement statement) {
        List<SqlToken> words = statement.words();
        String verb = word(words, 0);
        return switch (verb) {
            case "CREATE" -> create(words);
            case "ALTER", "DROP" -> verb + " " + kind(words, 1);
            case "REFRESH" -> "REFRESH MATERIALIZED VIEW";
            case "SECURITY" -> "SECURITY LABEL";
            case "IMPORT" -> "IMPORT FOREIGN SCHEMA";
            case "SELECT", "WITH" -> selects(words) && atTop(words, "INTO") ? "SELECT INTO" : verb;
            default -> verb;
        };
    }

    private static String create(List<SqlToken> words) {
        String kind = kind(words, 1);
        return kind.equals("TABLE") && atTop(words, "AS") ? "CREATE TABLE AS" : "CREATE " + kind;
    }

    /** Returns whether the first command outside of parentheses is a SELECT. */
    private static boolean selects(List<SqlToken> words) {
        int depth = 0;
        for (SqlToken word : words) {
            depth += word.isSign('(') ? 1 : word.isSign(')') ? -1 : 0;
            if (depth == 0 && CHANGING.contains(word.text().toUpperCase(Locale.ROOT))) {
                return false;
            }
            if (depth == 0 && word.is("SELECT")) {
                return true;
            }
        }
        return false;
    }

    private static String kind(List<SqlToken> words, int from) {
        int at = from;
        while (BEFORE_THE_KIND.contains(word(words, at))
                && !KINDS_OF_TWO_WORDS.contains(word(words, at) + " " + word(words, at + 1))) {
            at++;
        }
        String first = word(words, at);
        String two = first + " " + word(words, at + 1);
        if (two.equals("FOREIGN DATA")) {
            return "FOREIGN DATA WRAPPER";
        }
        if (two.equals("TEXT SEARCH")) {
            return two + " " + word(words, at + 2);
        }
        return KINDS_OF_TWO_WORDS.contains(two) ? two : first;
    }

    private static boolean atTop(List<SqlToken> words, String keyword) {
        int depth = 0;
        for (SqlToken word : words) {
            depth += word.isSign('(') ? 1 : word.isSign(')') ? -1 : 0;
            if (depth == 0 && word.is(keyword)) {
                return true;
            }
        }
        return false;
    }

    private static String word(List<SqlToken> words, int at) {
        return at < words.size() && words.get(at).kind() == SqlToken.Kind.WORD
                ? words.get(at).text().toUpperCase(Locale.ROOT)
                : "";
    }
}
