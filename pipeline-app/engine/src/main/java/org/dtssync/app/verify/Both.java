package org.dtssync.app.verify;

import org.dtssync.connectors.postgres.End;

/**
 * The same thing of both ends.
 *
 * @param source the source's
 * @param destination the destination's
 */
record Both<T>(T source, T destination) {

    T at(End end) {
        return end == End.SOURCE ? source : destination;
    }

    boolean equal() {
        return source.equals(destination);
    }
}
