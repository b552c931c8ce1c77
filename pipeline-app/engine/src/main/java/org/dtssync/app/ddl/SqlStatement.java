package org.dtssync.app.ddl;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.dtssync.app.ddl.SqlToken.Kind;

/**
 * One statement of a text, without its semicolon. Immutable.
 *
 * @param tokens its tokens, none of them space at either end
 */
record SqlStatement(List<SqlToken> tokens) {

    /** Copies the tokens. */
    SqlStatement {
        tokens = List.copyOf(tokens);
    }

    /**
     * Returns the statements of a text; empty ones do not count.
     *
     * @param standardStrings the setting {@code standard_conforming_strings} under which the text was run
     */
    static List<SqlStatement> split(String text, boolean standardStrings) {
        List<SqlStatement> statements = new ArrayList<>();
        List<SqlToken> current = new ArrayList<>();
        int depth = 0;
        int body = 0;
        SqlToken before = null;
        for (SqlToken token : SqlLexer.tokens(text, standardStrings)) {
            depth += token.isSign('(') ? 1 : token.isSign(')') ? -1 : 0;
            if (body > 0) {
                body += token.is("CASE") ? 1 : token.is("END") ? -1 : 0;
            } else if (token.is("ATOMIC") && before != null && before.is("BEGIN") && makesRoutine(current)) {
                body = 1;
            }
            if (token.isSign(';') && depth <= 0 && body == 0) {
                add(statements, current);
                current = new ArrayList<>();
                depth = 0;
            } else {
                current.add(token);
            }
            before = token.kind() == Kind.SPACE ? before : token;
        }
        add(statements, current);
        return statements;
    }

    private static void add(List<SqlStatement> statements, List<SqlToken> tokens) {
        int from = 0;
        int to = tokens.size();
        while (from < to && tokens.get(from).kind() == Kind.SPACE) {
            from++;
        }
        while (to > from && tokens.get(to - 1).kind() == Kind.SPACE) {
            to--;
        }
        if (from < to) {
            statements.add(new SqlStatement(tokens.subList(from, to)));
        }
    }

    private static boolean makesRoutine(List<SqlToken> tokens) {
        List<SqlToken> words = tokens.stream()
                .filter(token -> token.kind() != Kind.SPACE)
                .limit(4)
                .toList();
        return !words.isEmpty()
                && words.get(0).is("CREATE")
                && words.stream().anyMatch(word -> word.is("FUNCTION") || word.is("PROCEDURE"));
    }

    /** Returns the text. */
    String text() {
        return tokens.stream().map(SqlToken::text).collect(Collectors.joining());
    }

    /** Returns the tokens that are no space. */
    List<SqlToken> words() {
        return tokens.stream().filter(token -> token.kind() != Kind.SPACE).toList();
    }

    /** Returns every name and keyword in it, names as the catalog has them. */
    Set<String> names() {
        Set<String> names = new HashSet<>();
        for (SqlToken token : tokens) {
            if (token.kind() == Kind.WORD || token.kind() == Kind.QUOTED_NAME) {
                names.add(token.name());
            }
        }
        return names;
    }

    /** Returns the command's tag, as event triggers have it; the first word if it is none that they see. */
    String tag() {
        return CommandTag.of(this);
    }

    /** Returns the text without the words that satisfy a condition and are in no parentheses. */
    String without(Predicate<SqlToken> left) {
        StringBuilder kept = new StringBuilder();
        int depth = 0;
        for (SqlToken token : tokens) {
            depth += token.isSign('(') ? 1 : token.isSign(')') ? -1 : 0;
            if (depth > 0 || token.kind() != Kind.WORD || !left.test(token)) {
                kept.append(token.text());
            }
        }
        return kept.toString();
    }
}
