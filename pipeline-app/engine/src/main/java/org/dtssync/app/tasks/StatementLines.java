package org.dtssync.app.tasks;

import java.util.Optional;

/** A statement for people while it is built, a line per fact, exactly as it is signed. Not thread-safe. */
final class StatementLines {

    private final StringBuilder text = new StringBuilder();

    /** Begins a statement with a line of its own. */
    StatementLines(String title) {
        text.append(title).append('\n');
    }

    /** Adds a fact. Names of tables and files can have line breaks, with which they could pretend to be another fact. */
    void line(String name, String value) {
        text.append(onOneLine(name)).append(": ").append(onOneLine(value)).append('\n');
    }

    private static String onOneLine(String value) {
        return value.replace("\n", "\\n").replace("\r", "\\r");
    }

    /** Returns the statement, with a line break at its end. */
    String text() {
        return text.toString();
    }

    /** Returns a statement with its signature below it, without a line break at its end. */
    static String signed(String statement, Optional<String> signature) {
        return signature.map(each -> statement + "signature (Ed25519): " + each).orElse(statement.stripTrailing());
    }
}
