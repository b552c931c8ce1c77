package org.dtssync.app.precheck;

import java.util.Locale;

/**
 * What one check says of one object. Immutable.
 *
 * @param id which check, a fixed word such as {@code replica-identity}
 * @param object what it looked at, such as a table's name
 * @param result how it came out
 * @param message one sentence that names the object and what is the matter
 * @param remedy something to paste (SQL, a setting, a line of the task file); empty if it passed
 */
public record PrecheckItem(String id, String object, Result result, String message, String remedy) {

    /** How a check came out. */
    public enum Result {
        /** Nothing is the matter. */
        PASS,
        /** The task can run, but a person should know. */
        WARN,
        /** The task would fail, be inexact, or do harm. */
        FAIL;

        /** Returns the name shown to people and in JSON. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
