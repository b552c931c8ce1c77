package org.dtssync.app.ddl;

import java.util.Locale;

/**
 * A piece of a text of SQL.
 *
 * @param kind what it is
 * @param text the piece as it stands in the text
 * @param start where it begins in the text
 */
record SqlToken(Kind kind, String text, int start) {

    /** What a piece is. */
    enum Kind {
        /** White space and comments. */
        SPACE,
        /** A keyword, or a name without quotes. */
        WORD,
        /** A name in double quotes. */
        QUOTED_NAME,
        /** A literal in single quotes or between dollar signs. */
        STRING,
        /** A number or a parameter. */
        NUMBER,
        /** A sign of its own. */
        SIGN
    }

    /** Returns whether this is a keyword, in capitals, without regard to case. */
    boolean is(String keyword) {
        return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    /** Returns whether this is the sign. */
    boolean isSign(char sign) {
        return kind == Kind.SIGN && text.charAt(0) == sign;
    }

    /** Returns the name as the catalog has it. */
    String name() {
        if (kind == Kind.QUOTED_NAME) {
            return text.substring(text.indexOf('"') + 1, text.length() - 1).replace("\"\"", "\"");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    /** Returns where it ends in the text. */
    int end() {
        return start + text.length();
    }
}
