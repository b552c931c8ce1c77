package org.dtssync.app.config;

import java.util.Locale;

/** The type of a key's values. */
enum KeyType {
    /** A task's name. */
    NAME("text"),
    /** Any text. */
    TEXT("text"),
    /** A text that is never printed. */
    SECRET("text"),
    /** {@code jdbc:postgresql://host:port/database}. */
    JDBC_URL("JDBC URL"),
    /** {@code http://} or {@code https://}. */
    HTTP_URL("URL"),
    /** A path of this machine. */
    PATH("path"),
    /** A whole number between two limits. */
    COUNT("whole number"),
    /** Milliseconds, or -1 for unlimited. */
    RETENTION("whole number"),
    /** A number with a unit of time. */
    DURATION("duration", "ms, s, m, h or d"),
    /** A number of bytes, or with a unit. */
    SIZE("size", "bytes, kB, MB, GB or TB"),
    /** {@code true} or {@code false}. */
    FLAG("true or false"),
    /** One of a few words. */
    CHOICE("choice"),
    /** A list of patterns. */
    PATTERNS("list of patterns"),
    /** A list of names. */
    NAMES("list of names"),
    /** A map of another program's properties. */
    PROPERTIES("map"),
    /** A map of another program's properties for each pattern. */
    TABLE_PROPERTIES("map of patterns"),
    /** One property of another program. */
    PROPERTY("text");

    private final String title;
    private final String unit;

    KeyType(String title) {
        this(title, "");
    }

    KeyType(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    /** Returns its name for people. */
    String title() {
        return title;
    }

    /** Returns the units its values have; empty if a key has its own, or none. */
    String unit() {
        return unit;
    }

    /** Returns how an enum constant is written in the task file. */
    static String label(Enum<?> constant) {
        return constant instanceof WrittenAs other
                ? other.written()
                : constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
