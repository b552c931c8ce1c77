package org.dtssync.connectors.chain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.dtssync.schemas.Cut;
import org.jspecify.annotations.Nullable;

/**
 * Digests the records that a cut has in one partition, in their order.
 *
 * <p>A record counts with its key, its value and our headers: tracing agents and programs that copy topics add headers of their own.
 * Every part is preceded by its length, so that no byte can move from one to another. The marks are not part of the proof; where
 * digests differ, they show where. Not thread-safe.
 */
public final class RecordsDigest {

    /** Marks that are kept until the result is taken, in memory too. */
    static final int MOST_MARKS = 32_768;

    private static final String OUR_HEADERS = "dts.";

    private final MessageDigest sha = Sha256.create();
    private final CRC32C crc = new CRC32C();
    private final Map<String, byte[]> headerNames = new HashMap<>();
    private byte[] scratch = new byte[256];
    private int used;
    private short[] marks = new short[16];
    private int groupSize = 1;
    private long count;

    /** Adds the next record. */
    public void add(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        used = 0;
        putBytes(key);
        for (Header header : headers) {
            if (header.key().startsWith(OUR_HEADERS)) {
                putBytes(headerNames.computeIfAbsent(header.key(), name -> name.getBytes(StandardCharsets.US_ASCII)));
                putBytes(header.value());
            }
        }
        putLength(value == null ? -1 : value.length);
        crc.reset();
        update(scratch, used);
        if (value != null) {
            update(value, value.length);
        }
        mark((short) crc.getValue());
    }

    private void update(byte[] bytes, int length) {
        sha.update(bytes, 0, length);
        crc.update(bytes, 0, length);
    }

    private void putBytes(byte @Nullable [] bytes) {
        putLength(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            require(bytes.length);
            System.arraycopy(bytes, 0, scratch, used, bytes.length);
            used += bytes.length;
        }
    }

    private void putLength(int length) {
        require(Integer.BYTES);
        scratch[used++] = (byte) (length >>> 24);
        scratch[used++] = (byte) (length >>> 16);
        scratch[used++] = (byte) (length >>> 8);
        scratch[used++] = (byte) length;
    }

    private void require(int more) {
        if (used + more > scratch.length) {
            scratch = Arrays.copyOf(scratch, Math.max(scratch.length * 2, used + more));
        }
    }

    private void mark(short mark) {
        if (count == (long) MOST_MARKS * groupSize) {
            marks = halved(marks);
            groupSize *= 2;
        }
        int index = (int) (count / groupSize);
        if (index == marks.length) {
            marks = Arrays.copyOf(marks, Math.min(MOST_MARKS, index * 2));
        }
        marks[index] = (short) (marks[index] ^ mark);
        count++;
    }

    /** The mark of a group is that of its halves, so that marks can become fewer at any time. */
    private static short[] halved(short[] marks) {
        short[] halved = new short[marks.length];
        for (int i = 0; i < marks.length; i++) {
            halved[i / 2] = (short) (halved[i / 2] ^ marks[i]);
        }
        return halved;
    }

    /** Returns how many records were added. */
    public long count() {
        return count;
    }

    /**
     * Returns the result, after which nothing can be added.
     *
     * @param most how many marks it may have at most, at least 1
     */
    public Cut.Records result(int most) {
        HexFormat hexadecimal = HexFormat.of();
        return new Cut.Records(count, hexadecimal.formatHex(sha.digest()), hexadecimal.formatHex(marks(most)));
    }

    private byte[] marks(int most) {
        short[] fewer = marks;
        long size = groupSize;
        while (groups(size) > most) {
            fewer = halved(fewer);
            size *= 2;
        }
        byte[] bytes = new byte[2 * (int) groups(size)];
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = (byte) (fewer[i / 2] >>> 8);
            bytes[i + 1] = (byte) fewer[i / 2];
        }
        return bytes;
    }

    private long groups(long size) {
        return (count + size - 1) / size;
    }

    /**
     * Finds the first record that differs from what was written, by the marks.
     *
     * @param written the result when the records were written
     */
    public RecordsDifference difference(Cut.Records written) {
        byte[] bytes = HexFormat.of().parseHex(written.marks());
        long size = RecordsDifference.groupSize(written);
        short[] wanted = new short[bytes.length / 2];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = (short) ((bytes[2 * i] << 8) | (bytes[2 * i + 1] & 0xff));
        }
        short[] own = marks;
        for (long reached = groupSize; reached < size; reached *= 2) {
            own = halved(own);
        }
        // Far more records than were written have larger groups.
        int groups = size < groupSize ? 0 : (int) groups(size);
        return RecordsDifference.of(Arrays.copyOf(own, groups), wanted, size, count, written.count());
    }
}
