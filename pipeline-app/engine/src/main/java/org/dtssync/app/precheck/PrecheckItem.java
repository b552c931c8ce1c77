package org.dtssync.app.precheck;

import java.util.List;
import java.util.Locale;

/**
 * One cause that a check found, with every object that it concerns. Immutable.
 *
 * @param id which check, a fixed word such as {@code replica-identity}
 * @param stage the part of the task's life that it is for
 * @param objects what it concerns, such as the names of tables; at least one
 * @param result its result
 * @param message one sentence that names the first object and the problem, and another one about the others, if there are any
 * @param advice what to do; nothing if it passed
 */
public record PrecheckItem(String id, Stage stage, List<String> objects, Result result, String message, Advice advice) {

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

    /** Copies the objects. */
    public PrecheckItem {
        objects = List.copyOf(objects);
        if (objects.isEmpty()) {
            throw new IllegalArgumentException("A finding is about something.");
        }
    }

    /** Returns the first object. */
    public String object() {
        return objects.get(0);
    }

    /** Returns something to paste (SQL, a setting, a line of the task file); empty if it passed. */
    public String remedy() {
        return advice.remedy();
    }
}
