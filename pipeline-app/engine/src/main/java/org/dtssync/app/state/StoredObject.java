package org.dtssync.app.state;

import java.util.Optional;

/**
 * A schema object as stored by the task.
 *
 * @param object the object with the statement read from the source
 * @param corrected the replacement statement of a person
 * @param state its state
 * @param error PostgreSQL's message, if it was refused
 * @param reason why a person skipped it, if they said so
 */
public record StoredObject(
        StructureObject object,
        Optional<String> corrected,
        ObjectState state,
        Optional<String> error,
        Optional<String> reason) {

    /** Returns the statement that is run: the corrected one if there is one. */
    public String statement() {
        return corrected.orElse(object.statement());
    }
}
