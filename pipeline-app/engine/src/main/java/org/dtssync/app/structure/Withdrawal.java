package org.dtssync.app.structure;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The statement that takes a late object back, kept as a comment at the end of the one that makes it. A name in it may have line
 * ends, which would end the comment: each is followed by the mark of another comment.
 */
public final class Withdrawal {

    private static final String MARK = "-- Withdrawn by: ";
    private static final Pattern LINE_END = Pattern.compile("([\\n\\r])");
    private static final Pattern CONTINUED = Pattern.compile("([\\n\\r])-- ");

    private Withdrawal() {}

    /** Returns the comment that keeps a statement. */
    public static String comment(String statement) {
        return MARK + LINE_END.matcher(statement).replaceAll("$1-- ");
    }

    /** Returns SQL that prints what follows the statement that makes an object, given SQL for the statement that takes it back. */
    static String sql(String statement) {
        return "E';\\n" + MARK + "' || regexp_replace(" + statement + ", E'([\\n\\r])', E'\\\\1-- ', 'g')";
    }

    /** Returns the statement that takes back what a statement makes. */
    static Optional<String> of(String statement) {
        int start = statement.indexOf("\n" + MARK);
        return start < 0
                ? Optional.empty()
                : Optional.of(CONTINUED
                        .matcher(statement.substring(start + 1 + MARK.length()))
                        .replaceAll("$1"));
    }
}
