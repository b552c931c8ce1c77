package org.dtssync.app.config;

import java.util.List;

/**
 * Section {@code objects}: which objects are migrated.
 *
 * @param include patterns {@code schema.table} with {@code *} and {@code ?}; a table is selected if one matches
 * @param exclude patterns that exclude tables
 * @param owners whether owners and grants are migrated
 * @param unlogged what happens to unlogged tables
 * @param settings what happens to settings of the database and of roles in it
 * @param largeObjects what happens to large objects
 */
public record ObjectSelection(
        List<String> include,
        List<String> exclude,
        Owners owners,
        Unlogged unlogged,
        Settings settings,
        LargeObjects largeObjects) {

    /** What happens to owners and grants. */
    public enum Owners {
        /** Migrated; the roles must exist at the destination. */
        KEEP,
        /** Everything belongs to the destination's account, without grants. */
        DROP
    }

    /** What happens to unlogged tables, whose changes are not in the WAL. */
    public enum Unlogged {
        /** They are created without rows. */
        STRUCTURE,
        /** Their rows are copied once at the load, and again at each switch. */
        COPY,
        /** The precheck fails. */
        REFUSE
    }

    /** What happens to what {@code ALTER DATABASE ... SET} and {@code ALTER ROLE ... IN DATABASE ... SET} have set. */
    public enum Settings {
        /** The destination keeps its own. */
        LEAVE,
        /** They are set there as well. */
        CARRY
    }

    /** What happens to large objects, which logical replication does not send. */
    public enum LargeObjects {
        /** They are left to a person, and a switch refuses as long as the other database lacks them. */
        LEAVE,
        /** They are copied once at the load, and again at each switch. */
        COPY
    }

    /** Creates a selection that takes unlogged tables without their rows, and no settings. */
    public ObjectSelection(List<String> include, List<String> exclude, Owners owners) {
        this(include, exclude, owners, Unlogged.STRUCTURE);
    }

    /** Creates a selection that takes no settings and no large objects. */
    public ObjectSelection(List<String> include, List<String> exclude, Owners owners, Unlogged unlogged) {
        this(include, exclude, owners, unlogged, Settings.LEAVE, LargeObjects.LEAVE);
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

    /** Returns whether a pattern excludes this object. */
    public boolean excludes(String schema, String name) {
        return matchesAny(exclude, schema + "." + name);
    }

    /** Returns whether {@code exclude} names exactly this object: a pattern for tables leaves out no other kind of object. */
    public boolean excludesExactly(String schema, String name) {
        return exclude.contains(schema + "." + name);
    }

    /** Returns whether any object of a schema can be selected. */
    public boolean touchesSchema(String schema) {
        return include.stream().anyMatch(pattern -> Glob.matches(schemaPart(pattern), schema));
    }

    /** Returns {@code include} as regular expressions of PostgreSQL. */
    public List<String> includeExpressions() {
        return include.stream().map(Glob::expression).toList();
    }

    /** Returns {@code exclude} as regular expressions of PostgreSQL. */
    public List<String> excludeExpressions() {
        return exclude.stream().map(Glob::expression).toList();
    }

    private static String schemaPart(String pattern) {
        int dot = pattern.indexOf('.');
        return dot < 0 ? pattern : pattern.substring(0, dot);
    }

    private static boolean matchesAny(List<String> patterns, String qualified) {
        return patterns.stream().anyMatch(pattern -> Glob.matches(pattern, qualified));
    }
}
