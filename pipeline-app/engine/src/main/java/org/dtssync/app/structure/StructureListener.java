package org.dtssync.app.structure;

import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.StructureObject;

/** Is told of each object that is made or refused, by several threads at once. */
@FunctionalInterface
public interface StructureListener {

    /**
     * An object was tried.
     *
     * @param object the object
     * @param state what came of it: done, failed (it may be tried again) or skipped
     * @param seconds how long it took
     */
    void tried(StructureObject object, ObjectState state, double seconds);
}
