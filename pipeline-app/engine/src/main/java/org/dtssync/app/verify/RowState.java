package org.dtssync.app.verify;

import java.util.List;

/**
 * What one end has under one key.
 *
 * @param sum how many rows (one, if the key is unique there) and their hashes
 * @param version the transactions that wrote them: another version of a row, even one with the same values, has another
 * @param label the key for people; empty if there is no row
 * @param key the key's texts as this end prints them; empty if there is no row
 */
record RowState(BucketSum sum, String version, String label, List<String> key) {

    static final RowState ABSENT = new RowState(BucketSum.NONE, "", "", List.of());

    RowState plus(RowState other) {
        return new RowState(sum.plus(other.sum), version + " " + other.version, label, key);
    }
}
