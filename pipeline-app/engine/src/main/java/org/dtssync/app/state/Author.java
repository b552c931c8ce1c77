package org.dtssync.app.state;

import java.util.Objects;

/**
 * The author of a request, stored together with the request.
 *
 * @param name of the person or program
 * @param origin the origin, in one word: cli
 */
public record Author(String name, String origin) {

    /** Requires both. */
    public Author {
        Objects.requireNonNull(name);
        Objects.requireNonNull(origin);
    }

    /** Returns the account that runs the command line. */
    public static Author ofCommandLine() {
        return new Author(System.getProperty("user.name", "unknown"), "cli");
    }
}
