package org.dtssync.app.structure;

import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.StructureObject;

/** Notified of each object that is created or refused, by several threads. */
@FunctionalInterface
public interface StructureListener {

    /**
     * An object was processed.
     *
     * @param object the object
     * @param state the result: done, failed (it may be retried) or skipped
     * @param seconds how long it took
     */
    void tried(StructureObject object, ObjectState state, double seconds);
}
