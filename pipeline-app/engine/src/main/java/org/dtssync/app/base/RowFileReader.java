package org.dtssync.app.base;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Reads one file of rows line by line, and checks at its end that it is the one that was written. Not thread-safe. */
public final class RowFileReader implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final BaseFile file;
    private final InputStream stored;
    private final MessageDigest sha256 = Sha256.create();
    private final InputStream text;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int end;
    private byte[] line = new byte[BUFFER_BYTES];
    private int length;

    RowFileReader(Path directory, BaseFile file) throws IOException {
        this.file = file;
        this.stored = new DigestInputStream(Files.newInputStream(directory.resolve(file.name())), sha256);
        try {
            this.text = new GZIPInputStream(stored, BUFFER_BYTES);
        } catch (IOException e) {
            stored.close();
            throw e;
        }
    }

    /**
     * Reads the next line.
     *
     * @return whether there is one
     * @throws IOException if the file cannot be read
     * @throws SyncException of kind DATA at its end, if it is not the file that was written
     */
    public boolean next() throws IOException {
        length = 0;
        while (true) {
            if (position == end) {
                position = 0;
                end = text.read(buffer);
                if (end < 0) {
                    end = 0;
                    if (length > 0) {
                        throw new EOFException("a row ends in the middle");
                    }
                    requireWhole();
                    return false;
                }
            }
            int from = position;
            while (position < end && buffer[position] != '\n') {
                position++;
            }
            append(from, position - from);
            if (position < end) {
                position++;
                return true;
            }
        }
    }

    private void append(int from, int more) {
        if (length + more > line.length) {
            line = Arrays.copyOf(line, Math.max(length + more, 2 * line.length));
        }
        System.arraycopy(buffer, from, line, length, more);
        length += more;
    }

    /** Also what stands behind the compressed text belongs to the file. */
    private void requireWhole() throws IOException {
        stored.transferTo(java.io.OutputStream.nullOutputStream());
        if (!HexFormat.of().formatHex(sha256.digest()).equals(file.sha256())) {
            throw new SyncException(
                    FaultKind.DATA,
                    "File " + file.name() + " of the base is not the one that was written.",
                    "dts-sync base check says what else is not; take another base.");
        }
    }

    /** Returns the bytes of the line, of which {@link #length} count; used again for the next one. */
    public byte[] line() {
        return line;
    }

    /** Returns the length of the line, without its end. */
    public int length() {
        return length;
    }

    @Override
    public void close() throws IOException {
        stored.close();
    }
}
