package org.dtssync.app.state;

import java.util.Locale;

/** Whether a switch repointed the applications. */
public enum EndpointResult {
    /** They are at the other database. */
    MOVED,
    /** The databases are switched, but the endpoint could not be moved: applications still use the old address. */
    FAILED,
    /** The task file names no endpoint: a person repoints them. */
    NONE,
    /** Nothing was to be moved. */
    UNTOUCHED;

    /** Returns the name in JSON. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
