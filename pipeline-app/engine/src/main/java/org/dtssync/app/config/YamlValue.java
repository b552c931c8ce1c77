package org.dtssync.app.config;

import java.util.List;
import java.util.Map;

/** A value of a YAML file with the line it stands on, so that a mistake can be pointed at. Immutable. */
sealed interface YamlValue {

    /** Returns the line, counted from 1. */
    int line();

    /** Returns what a person would call it. */
    String description();

    /** A single value as it was written, whatever YAML would take it for: a password may look like a number. */
    record Text(int line, String raw) implements YamlValue {
        @Override
        public String description() {
            return "a single value";
        }
    }

    /** A key without a value. */
    record Nothing(int line) implements YamlValue {
        @Override
        public String description() {
            return "empty";
        }
    }

    /** A list. */
    record Sequence(int line, List<YamlValue> items) implements YamlValue {
        @Override
        public String description() {
            return "a list";
        }
    }

    /** A map, in the order of the file. */
    record Mapping(int line, Map<String, YamlValue> entries) implements YamlValue {
        @Override
        public String description() {
            return "a map";
        }
    }
}
