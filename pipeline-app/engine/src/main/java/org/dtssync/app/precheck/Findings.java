package org.dtssync.app.precheck;

import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.precheck.PrecheckItem.Result;

/** Gathers what one check finds, in the order in which it says so. Used by one thread. */
final class Findings {

    private final String id;
    private final List<PrecheckItem> items = new ArrayList<>();

    Findings(String id) {
        this.id = id;
    }

    void pass(String object, String message) {
        items.add(new PrecheckItem(id, object, Result.PASS, message, ""));
    }

    void warn(String object, String message, String remedy) {
        items.add(new PrecheckItem(id, object, Result.WARN, message, remedy));
    }

    void fail(String object, String message, String remedy) {
        items.add(new PrecheckItem(id, object, Result.FAIL, message, remedy));
    }

    /** Says that all is well if nothing else was said. */
    void passIfNothingFound(String object, String message) {
        if (items.isEmpty()) {
            pass(object, message);
        }
    }

    List<PrecheckItem> items() {
        return List.copyOf(items);
    }
}
