package org.dtssync.app.state;

import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * A part of a table that is copied in one transaction: the rows whose key lies in a range.
 *
 * <p>The chunks of a table always cover all keys once: the first is open below, the last (its tail) open above, and a tail
 * is split only by giving it an upper bound and making a new tail from there.
 *
 * @param of the table
 * @param number its place among the table's chunks, from 0
 * @param after the key that its rows come after; empty: open below
 * @param upTo the last key that is still in it; empty: open above
 */
public record Chunk(TableProgress of, int number, Optional<List<String>> after, Optional<List<String>> upTo) {

    /** Returns the table. */
    public TableName table() {
        return of.table();
    }

    /** Returns whether its table has a key. */
    public boolean isKeyed() {
        return of.keyColumns().isPresent();
    }

    /** Returns whether it is the last one of its table. */
    public boolean isTail() {
        return upTo.isEmpty();
    }

    /** Returns whether it is the only one of its table. */
    public boolean isWholeTable() {
        return after.isEmpty() && upTo.isEmpty();
    }

    /** Returns the same chunk with an upper bound. */
    public Chunk endingAt(List<String> bound) {
        return new Chunk(of, number, after, Optional.of(bound));
    }

    /** Returns the new tail behind this chunk, which must have an upper bound. */
    public Chunk next() {
        return new Chunk(of, number + 1, Optional.of(upTo.orElseThrow()), Optional.empty());
    }
}
