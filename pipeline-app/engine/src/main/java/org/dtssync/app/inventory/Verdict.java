package org.dtssync.app.inventory;

import java.util.Locale;

/** What becomes of an object of the source. */
public enum Verdict {
    /** A statement of the task makes it at the destination. */
    CARRIED("carried"),
    /** Each switch sets it: the values of sequences, and rows that are not in the stream. */
    AT_THE_SWITCH("at the switch"),
    /** The selection leaves it out. */
    LEFT_OUT("left out"),
    /** It belongs to what is migrated, but no statement makes it: a person has to create it. */
    BY_HAND("by hand");

    private final String title;

    Verdict(String title) {
        this.title = title;
    }

    /** Returns the words for people. */
    public String title() {
        return title;
    }

    /** Returns the word for programs. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
