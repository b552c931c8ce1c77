package org.dtssync.app.structure;

/** When a part of the structure is made. */
public enum Section {
    /** Before the load: what rows need to be stored and found by their replica identity. */
    PRE_DATA("pre-data"),
    /** After the consistency point: what could refuse a correct replay before it, or is quicker to build at once. */
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
        return label.equals(PRE_DATA.label) ? PRE_DATA : POST_DATA;
    }
}
