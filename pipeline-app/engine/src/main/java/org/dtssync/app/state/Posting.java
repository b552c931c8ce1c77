package org.dtssync.app.state;

import java.util.Optional;

/**
 * How a command was posted.
 *
 * @param author who posted it
 * @param key the same key posts nothing twice; empty: each posting is a separate command
 * @param options the command's options as a JSON object, in addition to the words of the command line; may be empty
 */
public record Posting(Author author, Optional<String> key, Optional<String> options) {

    /** A posting without a key. */
    public static Posting by(Author author) {
        return new Posting(author, Optional.empty(), Optional.empty());
    }
}
