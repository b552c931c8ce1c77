package org.dtssync.app.state;

import java.util.Optional;

/**
 * An object of the structure as the task keeps it.
 *
 * @param object the object with the statement read from the source
 * @param corrected the statement a person gave in its place
 * @param state how far it is
 * @param error PostgreSQL's message, if it was refused
 */
public record StoredObject(
        StructureObject object, Optional<String> corrected, ObjectState state, Optional<String> error) {

    /** Returns the statement that is run: the corrected one if there is one. */
    public String statement() {
        return corrected.orElse(object.statement());
    }
}
