package org.dtssync.app.verify;

import java.math.BigDecimal;

/**
 * What is compared of a set of rows.
 *
 * @param rows how many they are
 * @param hashes the sum of their hashes
 */
record BucketSum(long rows, BigDecimal hashes) {

    static final BucketSum NONE = new BucketSum(0, BigDecimal.ZERO);

    BucketSum plus(BucketSum other) {
        return new BucketSum(rows + other.rows, hashes.add(other.hashes));
    }
}
