package org.dtssync.app.state;

import java.util.Arrays;

/** When a schema object is created. */
public enum Section {
    /** Before the load: what storing rows needs. */
    PRE_DATA("pre-data"),
    /** After the load and before the first change is applied: what finding rows by their replica identity needs. */
    KEYS("keys"),
    /** After the consistency point: what could reject a correct replay before it, or is faster to build in one go. */
    POST_DATA("post-data");

    private final String label;

    Section(String label) {
        this.label = label;
    }

    /** Returns the name kept in the state and shown to people. */
    public String label() {
        return label;
    }

    /** Reverses {@link #label}. */
    public static Section of(String label) {
        return Arrays.stream(values())
                .filter(section -> section.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No section is called " + label));
    }
}
