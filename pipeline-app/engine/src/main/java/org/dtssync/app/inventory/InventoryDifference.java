package org.dtssync.app.inventory;

import java.util.List;
import java.util.Locale;

/**
 * What the database that applications are to use lacks, or grants to others than the one they use does.
 *
 * @param kind how they differ
 * @param object the object, as {@link InventoryItem#title} names it
 * @param detail one sentence that names the object and the difference
 * @param remedy SQL to run there, or what else to do; empty if nothing can be said
 * @param carried whether a statement of the task makes the object
 * @param blocking whether applications would notice it
 * @param names what the task may call it in its list of schema objects
 */
public record InventoryDifference(
        Kind kind, String object, String detail, String remedy, boolean carried, boolean blocking, List<String> names) {

    /** Copies the list. */
    public InventoryDifference {
        names = List.copyOf(names);
    }

    /** How they differ. */
    public enum Kind {
        /** That database lacks the object. */
        MISSING,
        /** It has others of its kind: large objects, or rows that extensions keep for people. */
        CHANGED,
        /** Privileges are missing there, or there are others. */
        GRANTS;

        /** Returns the word for programs. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
