package org.dtssync.app.state;

import java.util.List;
import java.util.Optional;

/**
 * A command that changed the structure of the source, as it arrives at the destination.
 *
 * @param number which one
 * @param tag what it is, for example {@code ALTER TABLE}
 * @param statement its text, as the source ran it
 * @param role who ran it there; empty if unknown
 * @param objects the names of what it made, changed or dropped
 */
public record DdlCommand(DdlNumber number, String tag, String statement, Optional<String> role, List<String> objects) {

    /** Copies the list. */
    public DdlCommand {
        objects = List.copyOf(objects);
    }
}
