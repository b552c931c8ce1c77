package org.dtssync.app.verify;

import org.dtssync.connectors.postgres.End;

/**
 * A pair of values, one per end.
 *
 * @param source the source's
 * @param destination the destination's
 */
record EndPair<T>(T source, T destination) {

    T at(End end) {
        return end == End.SOURCE ? source : destination;
    }

    boolean equal() {
        return source.equals(destination);
    }
}
