package org.dtssync.connectors.postgres;

import java.util.Locale;

/** One of the two databases of a task, by the name the task file has for it, whichever way the data flows. */
public enum End {
    /** The database that the task file calls {@code source}. */
    SOURCE,
    /** The database that the task file calls {@code destination}. */
    DESTINATION;

    /** Returns the word for messages and for the task file: {@code source} or {@code destination}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return label();
    }
}
