package org.dtssync.app.structure.pgdump;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads header and table of contents of an archive in the custom format, versions 1.14 (PostgreSQL 12) to 1.16 (17 and later).
 *
 * <p>A number is a sign byte and its bytes from the lowest to the highest, as many as the header says. A text is its length and
 * its bytes; length -1 stands for none. Used once, by one thread.
 */
final class ArchiveParser {

    private static final byte[] MAGIC = "PGDMP".getBytes(StandardCharsets.US_ASCII);
    private static final int CUSTOM_FORMAT = 1;

    /** The first format whose entries name the table access method. */
    private static final int OLDEST = 14;

    /** From here on the header names the compression instead of its level. */
    private static final int COMPRESSION_NAMED = 15;

    /** From here on entries carry the kind of relation. */
    private static final int RELATION_KINDS = 16;

    private static final int NEWEST = 16;

    /** Second, minute, hour, day, month, year, daylight saving. */
    private static final int DATE_NUMBERS = 7;

    /** A text of this size would be no statement; the archive is damaged. */
    private static final int LONGEST_TEXT = 1 << 30;

    private final DataInputStream input;
    private int minor;
    private int numberBytes;
    private int offsetBytes;

    /** Creates a parser; the caller closes the stream. */
    ArchiveParser(InputStream input) {
        this.input = new DataInputStream(input);
    }

    /**
     * Reads up to the end of the table of contents.
     *
     * @throws ArchiveFormatException if this is no such archive
     * @throws EOFException if it ends before
     */
    Archive parse() throws IOException {
        if (!Arrays.equals(input.readNBytes(MAGIC.length), MAGIC)) {
            throw new ArchiveFormatException("the output does not begin like an archive");
        }
        int major = input.readUnsignedByte();
        minor = input.readUnsignedByte();
        String format = major + "." + minor;
        // The last part of the version says nothing about the layout.
        input.readUnsignedByte();
        if (major != 1 || minor < OLDEST || minor > NEWEST) {
            throw new ArchiveFormatException(
                    "the archive has format " + format + ", and 1." + OLDEST + " to 1." + NEWEST + " can be read");
        }
        numberBytes = input.readUnsignedByte();
        offsetBytes = input.readUnsignedByte();
        int layout = input.readUnsignedByte();
        if (layout != CUSTOM_FORMAT || numberBytes < 1 || numberBytes > Long.BYTES) {
            throw new ArchiveFormatException("the archive is not in the custom format");
        }
        if (minor >= COMPRESSION_NAMED) {
            input.readUnsignedByte();
        } else {
            number();
        }
        for (int i = 0; i < DATE_NUMBERS; i++) {
            number();
        }
        text(); // the database
        String server = text();
        String program = text();
        int count = number();
        List<TocEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(entry());
        }
        return new Archive(format, server, program, entries);
    }

    private TocEntry entry() throws IOException {
        int id = number();
        number(); // whether data follows
        long catalog = oid();
        long oid = oid();
        String tag = text();
        String description = text();
        TocEntry.Section section = section(number());
        String definition = text();
        String drop = text();
        text(); // the COPY statement
        String schema = text();
        text(); // the tablespace: everything goes to the default one
        String accessMethod = text();
        boolean isPartitioned = minor >= RELATION_KINDS && number() == 'p';
        String owner = text();
        text(); // whether it has oids, which no supported version has
        List<Integer> dependencies = new ArrayList<>();
        for (Optional<String> needed = textIfAny(); needed.isPresent(); needed = textIfAny()) {
            dependencies.add(integer(needed.get()));
        }
        input.skipNBytes(1L + offsetBytes); // where its data is
        return new TocEntry(
                id,
                catalog,
                oid,
                tag,
                description,
                section,
                definition,
                drop,
                schema,
                accessMethod,
                isPartitioned,
                owner,
                dependencies);
    }

    private static TocEntry.Section section(int number) throws ArchiveFormatException {
        TocEntry.Section[] sections = TocEntry.Section.values();
        if (number < 1 || number > sections.length) {
            throw new ArchiveFormatException("the archive has an entry of section " + number);
        }
        return sections[number - 1];
    }

    private long oid() throws IOException {
        try {
            return Long.parseLong(text());
        } catch (NumberFormatException e) {
            throw new ArchiveFormatException("the archive has an entry without an oid");
        }
    }

    private static int integer(String text) throws ArchiveFormatException {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new ArchiveFormatException("the archive has a dependency that is no number");
        }
    }

    private int number() throws IOException {
        boolean negative = input.readUnsignedByte() != 0;
        long value = 0;
        for (int shift = 0; shift < numberBytes * Byte.SIZE; shift += Byte.SIZE) {
            value |= (long) input.readUnsignedByte() << shift;
        }
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new ArchiveFormatException("the archive has a number out of range");
        }
        return (int) (negative ? -value : value);
    }

    private String text() throws IOException {
        return textIfAny().orElse("");
    }

    private Optional<String> textIfAny() throws IOException {
        int length = number();
        if (length < 0) {
            return Optional.empty();
        }
        if (length > LONGEST_TEXT) {
            throw new ArchiveFormatException("the archive has a text of " + length + " bytes");
        }
        byte[] bytes = input.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new ArchiveFormatException("the archive has a text that is not UTF-8");
        }
    }
}
