package org.dtssync.app.base;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * A digest of rows in any order: how many there are, and the sum of the SHA-256 digests of each one's text of COPY, in four parts modulo
 * 2^64. Equal tables have equal digests, in whatever order they are read. It finds differences; files are protected against being
 * exchanged by digests of their own. Not thread-safe.
 */
public final class RowDigest {

    private static final int PARTS = 4;

    private final MessageDigest sha256 = Sha256.create();
    private final long[] sums = new long[PARTS];
    private long rows;

    /** Adds a row: a line of COPY's text without its end. */
    public void add(byte[] line, int length) {
        sha256.update(line, 0, length);
        ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
        for (int i = 0; i < PARTS; i++) {
            sums[i] += digest.getLong();
        }
        rows++;
    }

    /** Adds the rows of another digest. */
    public void add(RowDigest other) {
        for (int i = 0; i < PARTS; i++) {
            sums[i] += other.sums[i];
        }
        rows += other.rows;
    }

    /** Returns how many rows were added. */
    public long rows() {
        return rows;
    }

    /** Returns the sum, hexadecimal. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (long sum : sums) {
            text.append(String.format("%016x", sum));
        }
        return text.toString();
    }
}
