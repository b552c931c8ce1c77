package org.dtssync.connectors.avro;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing buffer that writes Avro's binary form. It is kept from record to record, since this is the hot path. Not thread-safe.
 */
final class AvroOutput {

    private static final int START_BYTES = 4 * 1024;
    /** A buffer that one record has grown beyond this is released; above it, buffers no longer double. */
    private static final int KEPT_BYTES = 1024 * 1024;

    private static final int LONGEST_NUMBER_BYTES = 10;
    /** Above this many characters, the JDK's own encoder is faster than a loop, despite its copy. */
    private static final int SHORT_TEXT_CHARS = 96;

    private byte[] buffer = new byte[START_BYTES];
    private int size;

    /** Begins a record: Confluent's magic byte and the schema's id. */
    void begin(int schemaId) {
        buffer[0] = WireFormat.MAGIC;
        buffer[1] = (byte) (schemaId >>> 24);
        buffer[2] = (byte) (schemaId >>> 16);
        buffer[3] = (byte) (schemaId >>> 8);
        buffer[4] = (byte) schemaId;
        size = WireFormat.HEADER_BYTES;
    }

    /** Returns a copy of what was written; to be called once. */
    byte[] toBytes() {
        byte[] written = Arrays.copyOf(buffer, size);
        if (buffer.length > KEPT_BYTES) {
            buffer = new byte[START_BYTES];
        }
        return written;
    }

    void writeByte(int value) {
        reserve(1);
        buffer[size++] = (byte) value;
    }

    void writeBoolean(boolean value) {
        writeByte(value ? 1 : 0);
    }

    void writeInt(int value) {
        reserve(LONGEST_NUMBER_BYTES);
        size = put((value << 1) ^ (value >> 31), buffer, size);
    }

    void writeLong(long value) {
        reserve(LONGEST_NUMBER_BYTES);
        long rest = (value << 1) ^ (value >> 63);
        byte[] bytes = buffer;
        int at = size;
        while ((rest & ~0x7FL) != 0) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
        size = at;
    }

    void writeFloat(float value) {
        reserve(Integer.BYTES);
        int bits = Float.floatToRawIntBits(value);
        for (int i = 0; i < Integer.BYTES; i++) {
            buffer[size++] = (byte) (bits >>> (8 * i));
        }
    }

    void writeDouble(double value) {
        reserve(Long.BYTES);
        long bits = Double.doubleToRawLongBits(value);
        for (int i = 0; i < Long.BYTES; i++) {
            buffer[size++] = (byte) (bits >>> (8 * i));
        }
    }

    void writeBytes(byte[] bytes) {
        writeInt(bytes.length);
        writeRaw(bytes, bytes.length);
    }

    /** Writes the fewest bytes that have a number's sign, the highest first, with how many they are. */
    void writeUnscaled(long number) {
        int length = (Long.SIZE - Long.numberOfLeadingZeros(number < 0 ? ~number : number)) / Byte.SIZE + 1;
        reserve(1 + Long.BYTES);
        buffer[size++] = (byte) (2 * length);
        for (int shift = (length - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            buffer[size++] = (byte) (number >> shift);
        }
    }

    void writeBytes(ByteBuffer bytes) {
        int length = bytes.remaining();
        writeInt(length);
        reserve(length);
        bytes.get(bytes.position(), buffer, size, length);
        size += length;
    }

    /** Writes bytes as they are. */
    void writeRaw(byte[] bytes, int length) {
        reserve(length);
        System.arraycopy(bytes, 0, buffer, size, length);
        size += length;
    }

    void writeString(String text) {
        int length = text.length();
        if (length > SHORT_TEXT_CHARS || !writeAscii(text, length)) {
            writeBytes(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private boolean writeAscii(String text, int length) {
        reserve(length + LONGEST_NUMBER_BYTES);
        byte[] bytes = buffer;
        int at = put(length << 1, bytes, size);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                return false;
            }
            bytes[at++] = (byte) c;
        }
        size = at;
        return true;
    }

    private static int put(int zigzag, byte[] bytes, int start) {
        int rest = zigzag;
        int at = start;
        while ((rest & ~0x7F) != 0) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
        return at;
    }

    private void reserve(int bytes) {
        if (buffer.length - size < bytes) {
            long growth = Math.min(buffer.length, KEPT_BYTES);
            buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 8L, buffer.length + growth + bytes));
        }
    }
}
