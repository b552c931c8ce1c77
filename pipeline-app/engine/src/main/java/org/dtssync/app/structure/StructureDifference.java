package org.dtssync.app.structure;

import java.util.Locale;

/**
 * A schema object that differs between both ends.
 *
 * @param object its name in the task, for example {@code index:public.orders_by_day}
 * @param kind how it differs
 */
public record StructureDifference(String object, Kind kind) {

    /** How an object differs. */
    public enum Kind {
        /** The destination lacks it. */
        MISSING,
        /** Only the destination has it. */
        EXTRA,
        /** Both have it, with different statements. */
        CHANGED;

        /** Returns the name that is shown. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
