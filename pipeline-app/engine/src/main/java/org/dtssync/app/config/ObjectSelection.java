package org.dtssync.app.config;

import java.util.List;

/**
 * Section {@code objects}: which objects are moved.
 *
 * @param include patterns {@code schema.table} with {@code *} and {@code ?}; a table is selected if one matches
 * @param exclude patterns that take tables out again
 * @param owners whether owners and grants are carried across
 */
public record ObjectSelection(List<String> include, List<String> exclude, Owners owners) {

    /** What becomes of owners and grants. */
    public enum Owners {
        /** Carried across; the roles must exist at the destination. */
        KEEP,
        /** Everything belongs to the destination's account, without grants. */
        DROP
    }

    /** Copies the lists. */
    public ObjectSelection {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /** Returns whether a table (or another object with a schema) is selected. */
    public boolean selects(String schema, String name) {
        String qualified = schema + "." + name;
        return matchesAny(include, qualified) && !excludes(schema, name);
    }

    /** Returns whether a pattern takes this object out. */
    public boolean excludes(String schema, String name) {
        return matchesAny(exclude, schema + "." + name);
    }

    /** Returns whether any object of a schema can be selected. */
    public boolean touchesSchema(String schema) {
        return include.stream().anyMatch(pattern -> Glob.matches(schemaPart(pattern), schema));
    }

    private static String schemaPart(String pattern) {
        int dot = pattern.indexOf('.');
        return dot < 0 ? pattern : pattern.substring(0, dot);
    }

    private static boolean matchesAny(List<String> patterns, String qualified) {
        return patterns.stream().anyMatch(pattern -> Glob.matches(pattern, qualified));
    }
}
