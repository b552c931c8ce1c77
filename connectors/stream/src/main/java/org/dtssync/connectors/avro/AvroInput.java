package org.dtssync.connectors.avro;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads Avro's binary form from an array. Reading beyond its end fails with {@link IndexOutOfBoundsException}, which the converter turns
 * into a sentence. For one thread at a time.
 */
final class AvroInput {

    private byte[] buffer = {};
    private int position;

    /** Begins to read an array. */
    void begin(byte[] bytes, int start) {
        buffer = bytes;
        position = start;
    }

    boolean isAtEnd() {
        return position == buffer.length;
    }

    boolean readBoolean() {
        return buffer[position++] != 0;
    }

    int readInt() {
        long value = readLong();
        if (value != (int) value) {
            throw new IndexOutOfBoundsException("number too long for an int");
        }
        return (int) value;
    }

    long readLong() {
        byte[] bytes = buffer;
        int at = position;
        long b = bytes[at++];
        long zigzag = b & 0x7F;
        for (int shift = 7; b < 0; shift += 7) {
            if (shift > 63) {
                throw new IndexOutOfBoundsException("number too long for a long");
            }
            b = bytes[at++];
            zigzag |= (b & 0x7F) << shift;
        }
        position = at;
        return (zigzag >>> 1) ^ -(zigzag & 1);
    }

    float readFloat() {
        int bits = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            bits |= (buffer[position++] & 0xFF) << (8 * i);
        }
        return Float.intBitsToFloat(bits);
    }

    double readDouble() {
        long bits = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            bits |= (buffer[position++] & 0xFFL) << (8 * i);
        }
        return Double.longBitsToDouble(bits);
    }

    /** Reads a length and makes sure that so many bytes are there. */
    int readLength() {
        return requireRemaining(readLong());
    }

    private int requireRemaining(long length) {
        if (length < 0 || length > buffer.length - position) {
            throw new IndexOutOfBoundsException("length beyond the record's end");
        }
        return (int) length;
    }

    byte[] readBytes() {
        return readRaw(readLength());
    }

    byte[] readRaw(int length) {
        requireRemaining(length);
        byte[] bytes = Arrays.copyOfRange(buffer, position, position + length);
        position += length;
        return bytes;
    }

    String readString(int length) {
        String text = new String(buffer, position, length, StandardCharsets.UTF_8);
        position += length;
        return text;
    }

    /** Skips the next bytes if they are these. */
    boolean skipIfEqual(byte[] expected, int length) {
        if (length != expected.length
                || !Arrays.equals(buffer, position, position + length, expected, 0, expected.length)) {
            return false;
        }
        position += length;
        return true;
    }

    /** Returns how many items come next in an array or map, 0 at its end. */
    int readBlockCount() {
        long count = readLong();
        if (count < 0) {
            // A negative count is followed by the block's size in bytes, for those who want to skip it.
            count = -count;
            readLong();
        }
        if (count > Integer.MAX_VALUE - 8 || count < 0) {
            throw new IndexOutOfBoundsException("block too long");
        }
        return (int) count;
    }

    /** A first size for a collection: what is claimed, but no more than bytes are left. */
    int plausibleSize(int count) {
        return Math.min(count, buffer.length - position);
    }
}
