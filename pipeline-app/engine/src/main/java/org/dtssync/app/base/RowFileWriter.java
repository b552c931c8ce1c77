package org.dtssync.app.base;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Writes one file of rows: under another name until it is complete and on the disk. Not thread-safe. */
final class RowFileWriter implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final Path unfinished;
    private final FileOutputStream out;
    private final MessageDigest sha256 = Sha256.create();
    private final RowDigest rows = new RowDigest();
    private final GZIPOutputStream compressed;
    private long bytes;

    /** Compresses fast: the disk and the network wait for it otherwise. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    RowFileWriter(Path file) throws IOException {
        this.file = file;
        this.unfinished = file.resolveSibling(file.getFileName() + BaseDirectory.UNFINISHED);
        this.out = new FileOutputStream(unfinished.toFile());
        try {
            this.compressed = new FastGzip(new DigestOutputStream(out, sha256));
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    /** Writes a row: a line of COPY's text with its end. */
    void write(byte[] line) throws IOException {
        compressed.write(line);
        rows.add(line, line.length - 1);
        bytes += line.length;
    }

    /** Returns the digest of the rows so far. */
    RowDigest rows() {
        return rows;
    }

    /** Makes the file complete. */
    BaseFile finish() throws IOException {
        compressed.finish();
        out.getFD().sync();
        out.close();
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        return new BaseFile(
                String.valueOf(file.getFileName()),
                rows.rows(),
                bytes,
                HexFormat.of().formatHex(sha256.digest()));
    }

    /** Closes it; without {@link #finish} nothing of it counts. */
    @Override
    public void close() throws IOException {
        out.close();
    }
}
