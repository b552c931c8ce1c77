package org.dtssync.app.structure;

import java.util.Locale;

/**
 * An object by which the structures of both ends differ.
 *
 * @param object its name in the task, for example {@code index:public.orders_by_day}
 * @param kind in what way
 */
public record StructureDifference(String object, Kind kind) {

    /** In what way an object differs. */
    public enum Kind {
        /** The destination lacks it. */
        MISSING,
        /** Only the destination has it. */
        EXTRA,
        /** Both have it, by different statements. */
        CHANGED;

        /** Returns the name that is shown. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
