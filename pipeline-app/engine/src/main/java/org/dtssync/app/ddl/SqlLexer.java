package org.dtssync.app.ddl;

import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.ddl.SqlToken.Kind;

/**
 * Cuts a text into tokens as PostgreSQL's lexer does, as far as it takes to know where strings, names and comments end. Not
 * thread-safe.
 */
final class SqlLexer {

    private final String text;
    private final boolean standardStrings;
    private final List<SqlToken> tokens = new ArrayList<>();
    private int at;

    private SqlLexer(String text, boolean standardStrings) {
        this.text = text;
        this.standardStrings = standardStrings;
    }

    /**
     * Returns the tokens of a text; together they are the text.
     *
     * @param standardStrings the setting {@code standard_conforming_strings} under which the text was run
     */
    static List<SqlToken> tokens(String text, boolean standardStrings) {
        SqlLexer lexer = new SqlLexer(text, standardStrings);
        while (lexer.at < text.length()) {
            lexer.next();
        }
        return lexer.tokens;
    }

    private void next() {
        int start = at;
        Kind kind = take();
        tokens.add(new SqlToken(kind, text.substring(start, at), start));
    }

    private Kind take() {
        char first = text.charAt(at);
        if (Character.isWhitespace(first)) {
            do {
                at++;
            } while (at < text.length() && Character.isWhitespace(text.charAt(at)));
            return Kind.SPACE;
        }
        if (text.startsWith("--", at)) {
            takeLine();
            return Kind.SPACE;
        }
        if (text.startsWith("/*", at)) {
            takeComment();
            return Kind.SPACE;
        }
        if (first == '\'') {
            takeQuoted('\'', !standardStrings);
            return Kind.STRING;
        }
        if (first == '"') {
            takeQuoted('"', false);
            return Kind.QUOTED_NAME;
        }
        if (first == '$') {
            return takeDollar();
        }
        if (isNameStart(first)) {
            return takeWord();
        }
        if (Character.isDigit(first)) {
            while (at < text.length() && (isNamePart(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            return Kind.NUMBER;
        }
        at++;
        return Kind.SIGN;
    }

    private void takeLine() {
        while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
            at++;
        }
    }

    /** Comments nest. */
    private void takeComment() {
        int depth = 0;
        do {
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < text.length());
    }

    private void takeQuoted(char quote, boolean backslashes) {
        at++;
        while (at < text.length()) {
            char next = text.charAt(at);
            if (backslashes && next == '\\') {
                at += 2;
            } else if (next != quote) {
                at++;
            } else if (at + 1 < text.length() && text.charAt(at + 1) == quote) {
                at += 2;
            } else {
                at++;
                break;
            }
        }
        at = Math.min(at, text.length());
    }

    /** A parameter, or a string between two equal tags. */
    private Kind takeDollar() {
        int end = at + 1;
        if (end < text.length() && Character.isDigit(text.charAt(end))) {
            while (end < text.length() && Character.isDigit(text.charAt(end))) {
                end++;
            }
            at = end;
            return Kind.NUMBER;
        }
        while (end < text.length() && isNamePart(text.charAt(end)) && text.charAt(end) != '$') {
            end++;
        }
        if (end >= text.length() || text.charAt(end) != '$') {
            at++;
            return Kind.SIGN;
        }
        String tag = text.substring(at, end + 1);
        int close = text.indexOf(tag, end + 1);
        at = close < 0 ? text.length() : close + tag.length();
        return Kind.STRING;
    }

    /** A word may be the prefix of a string or of a quoted name. */
    private Kind takeWord() {
        int start = at;
        while (at < text.length() && isNamePart(text.charAt(at))) {
            at++;
        }
        String word = text.substring(start, at);
        if (at < text.length() && text.charAt(at) == '\'' && word.length() == 1 && "eEbBxXnN".contains(word)) {
            takeQuoted('\'', word.equalsIgnoreCase("e") || (word.equalsIgnoreCase("n") && !standardStrings));
            return Kind.STRING;
        }
        if (word.equalsIgnoreCase("u") && at + 1 < text.length() && text.charAt(at) == '&') {
            char quote = text.charAt(at + 1);
            if (quote == '\'' || quote == '"') {
                at++;
                takeQuoted(quote, false);
                return quote == '"' ? Kind.QUOTED_NAME : Kind.STRING;
            }
        }
        return Kind.WORD;
    }

    private static boolean isNameStart(char letter) {
        return Character.isLetter(letter) || letter == '_' || letter >= 0x80;
    }

    private static boolean isNamePart(char letter) {
        return isNameStart(letter) || Character.isDigit(letter) || letter == '$';
    }
}
