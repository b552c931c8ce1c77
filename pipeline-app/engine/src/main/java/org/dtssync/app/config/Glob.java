package org.dtssync.app.config;

import java.util.regex.Pattern;

/** Patterns with {@code *} (any characters) and {@code ?} (one character); every other character is literal. */
final class Glob {

    private Glob() {}

    /** Returns the pattern as a regular expression of PostgreSQL, in which a period is any character, a line's end too. */
    static String expression(String pattern) {
        StringBuilder regex = new StringBuilder("^");
        pattern.codePoints().forEach(c -> {
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else {
                // A backslash before a letter or a digit would be a class or a reference.
                if (c < 128 && !Character.isLetterOrDigit(c)) {
                    regex.append('\\');
                }
                regex.appendCodePoint(c);
            }
        });
        return regex.append('$').toString();
    }

    static boolean matches(String pattern, String text) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(text).matches();
    }
}
