package org.dtssync.app.precheck;

import java.util.Locale;

/**
 * The finding of one check for one object. Immutable.
 *
 * @param id which check, a fixed word such as {@code replica-identity}
 * @param object what it checked, such as a table name
 * @param result its result
 * @param message one sentence that names the object and the problem
 * @param remedy something to paste (SQL, a setting, a line of the task file); empty if it passed
 */
public record PrecheckItem(String id, String object, Result result, String message, String remedy) {

    /** The result of a check. */
    public enum Result {
        /** No problem. */
        PASS,
        /** The task can run, but the operator should know. */
        WARN,
        /** The task would fail, be inexact, or do harm. */
        FAIL;

        /** Returns the name shown to people and in JSON. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
