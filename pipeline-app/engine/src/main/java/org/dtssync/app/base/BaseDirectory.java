package org.dtssync.app.base;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * The directory of a base. It is complete once it has the list of digests, which is written last, in the form that {@code sha256sum -c}
 * reads. Thread-safe.
 *
 * @param path the directory
 */
public record BaseDirectory(Path path) {

    static final String MANIFEST = "base.json";

    static final String STRUCTURE = "structure.sql";

    static final String DIGESTS = "SHA256SUMS";

    /** What a file is called with until it is written. */
    static final String UNFINISHED = ".unfinished";

    private static final String PROGRESS = "base.json" + UNFINISHED;

    private static final String LOCK = "base.lock";

    private static final String ROWS = ".copy.gz";

    /** Of a table's name in that of its file, which has a number too. */
    private static final int LONGEST_NAME = 120;

    private static final int BUFFER_BYTES = 1 << 16;

    /** Returns whether it has a base. */
    public boolean isComplete() {
        return Files.exists(path.resolve(DIGESTS));
    }

    /** The right to write into a directory, which no other process on this machine has. */
    public record Lock(FileChannel channel, Path file) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            Files.deleteIfExists(file);
            channel.close();
        }
    }

    /**
     * Takes the right to write into it.
     *
     * @throws SyncException of kind USAGE if another process writes into it
     */
    Lock lock() throws IOException {
        requireDirectory();
        Files.createDirectories(path);
        return lock(path.resolve(LOCK));
    }

    /**
     * Takes the right to write into it and to delete it as a whole.
     *
     * @throws SyncException of kind USAGE if another process has it
     */
    public Lock lockBeside() throws IOException {
        Path absolute = path.toAbsolutePath();
        Files.createDirectories(absolute.getParent());
        return lock(absolute.resolveSibling(absolute.getFileName() + ".lock"));
    }

    private Lock lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return new Lock(channel, file);
            }
        } catch (OverlappingFileLockException e) {
            // Another thread of this process has it.
        }
        channel.close();
        throw new SyncException(
                FaultKind.USAGE,
                "Another process is writing a base into directory " + path + ".",
                "Wait until it is done, or name another directory.");
    }

    private void requireDirectory() {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new SyncException(FaultKind.USAGE, path + " is no directory.", "Name a new or an empty directory.");
        }
    }

    /** Returns whether it has a base that is not finished. */
    public boolean isBegun() {
        return Files.exists(path.resolve(PROGRESS));
    }

    /** Deletes the base, the list of its files first: what an interruption leaves is no base any more. */
    public void delete() throws IOException {
        Set<String> names = digests().keySet();
        Files.delete(path.resolve(DIGESTS));
        for (String name : names) {
            Files.deleteIfExists(path.resolve(name));
        }
        Files.delete(path);
    }

    /** Deletes a directory that nobody else uses with all files in it, whatever state it is in. */
    public void deleteAll() throws IOException {
        if (Files.isDirectory(path)) {
            Files.deleteIfExists(path.resolve(DIGESTS));
            try (Stream<Path> files = Files.list(path)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(path);
        }
    }

    /**
     * Prepares it for a base of a task.
     *
     * @return the tables that an attempt that was interrupted has finished
     * @throws SyncException of kind USAGE if it has something else in it
     */
    List<FinishedTable> begin(String task) throws IOException {
        if (isComplete()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Directory " + path + " already has a base.",
                    "Name another directory; dts-sync base check " + path + " describes this one.");
        }
        Files.createDirectories(path);
        Path progress = path.resolve(PROGRESS);
        if (!Files.exists(progress)) {
            requireEmpty();
            write(PROGRESS, ManifestJson.write(task, List.of()));
            return List.of();
        }
        try {
            return ManifestJson.finished(task, Files.readString(progress));
        } catch (IllegalArgumentException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Directory " + path + " has an unfinished base that this command cannot finish: it is "
                            + e.getMessage() + ".",
                    "Name another directory, or delete this one.",
                    e);
        }
    }

    private void requireEmpty() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            if (files.anyMatch(file -> !file.endsWith(LOCK))) {
                throw new SyncException(
                        FaultKind.USAGE, "Directory " + path + " is not empty.", "Name a new or an empty directory.");
            }
        }
    }

    /** Records which tables are finished. */
    void progress(String task, List<FinishedTable> finished) throws IOException {
        write(PROGRESS, ManifestJson.write(task, finished));
    }

    /** Returns the name of a file of rows. */
    static String rowsFile(int table, String topic, int part) {
        String name = topic.substring(topic.indexOf('.') + 1);
        return String.format(
                "%05d.%s.%03d%s", table, name.substring(0, Math.min(name.length(), LONGEST_NAME)), part, ROWS);
    }

    /** Removes files of rows that do not belong to a finished table. */
    void removeAllBut(List<FinishedTable> finished) throws IOException {
        Set<String> kept = finished.stream()
                .flatMap(each -> each.table().files().stream())
                .map(BaseFile::name)
                .collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                boolean hasRows = name.endsWith(ROWS) || name.endsWith(ROWS + UNFINISHED);
                if (hasRows && !kept.contains(name)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Makes the base complete. */
    void finish(BaseManifest manifest) throws IOException {
        String structure = structure(manifest.objects());
        String json = ManifestJson.write(manifest);
        write(STRUCTURE, structure);
        write(MANIFEST, json);
        Map<String, String> digests = new TreeMap<>();
        manifest.tables().forEach(table -> table.files().forEach(file -> digests.put(file.name(), file.sha256())));
        digests.put(STRUCTURE, digest(structure));
        digests.put(MANIFEST, digest(json));
        StringBuilder list = new StringBuilder();
        digests.forEach(
                (name, digest) -> list.append(digest).append("  ").append(name).append('\n'));
        write(DIGESTS, list.toString());
        Files.deleteIfExists(path.resolve(PROGRESS));
    }

    private static String structure(List<StructureObject> objects) {
        StringBuilder sql = new StringBuilder();
        for (StructureObject object : objects) {
            String statement = object.statement().strip();
            sql.append("-- ")
                    .append(object.section().label())
                    .append(' ')
                    .append(object.name().replace('\n', ' '));
            sql.append('\n').append(statement).append(statement.endsWith(";") ? "\n\n" : ";\n\n");
        }
        return sql.toString();
    }

    private void write(String name, String text) throws IOException {
        Path unfinished = path.resolve(name + ".new");
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            java.nio.ByteBuffer bytes = java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(unfinished, path.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Reads the manifest of a complete base.
     *
     * @throws SyncException of kind USAGE if there is none
     */
    public BaseManifest manifest() {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new SyncException(FaultKind.USAGE, path + " is no directory.", "Name the directory of a base.");
        }
        if (!isComplete()) {
            boolean begun = isBegun();
            throw new SyncException(
                    FaultKind.USAGE,
                    "Directory " + path + (begun ? " has a base that is not finished." : " has no base."),
                    begun
                            ? "Run the same dts-sync base command again, which resumes it."
                            : "Take one: dts-sync base TASK.yaml --to " + path);
        }
        try {
            return ManifestJson.read(Files.readString(path.resolve(MANIFEST)));
        } catch (IOException | IllegalArgumentException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "File " + MANIFEST + " in directory " + path + " cannot be read.",
                    "Take another base, or restore this one from a copy.",
                    e);
        }
    }

    /**
     * Reads the manifest of a complete base that is going to be used.
     *
     * @throws SyncException of kind USAGE if there is none, of kind DATA if it was altered
     */
    public BaseManifest unaltered() {
        BaseManifest manifest = manifest();
        requireListed(MANIFEST, "");
        return manifest;
    }

    /**
     * Requires that every file is the one that was written, before anything is done with them.
     *
     * @throws SyncException of kind DATA that names the first one that is not
     */
    public void requireWhole(BaseManifest manifest) {
        manifest.tables().forEach(table -> table.files().forEach(file -> requireListed(file.name(), file.sha256())));
    }

    private void requireListed(String name, String expected) {
        try {
            String digest = digestOf(name);
            if (digest.equals(digests().get(name)) && (expected.isEmpty() || digest.equals(expected))) {
                return;
            }
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "The base in " + path + " cannot be read: " + FileFaults.reason(e) + ".",
                    "dts-sync base check says what else cannot; take another base.",
                    e);
        }
        throw new SyncException(
                FaultKind.DATA,
                "File " + name + " of the base in " + path + " is not the one that was written.",
                "dts-sync base check says what else is not; take another base.");
    }

    /** Returns SHA-256 of the manifest, which stands for the whole base: keep it elsewhere. */
    public String manifestDigest() {
        try {
            return digest(Files.readString(path.resolve(MANIFEST)));
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA, "File " + MANIFEST + " in directory " + path + " cannot be read.", "", e);
        }
    }

    /** Returns the digests of its files as they are listed, by name. */
    Map<String, String> digests() throws IOException {
        Map<String, String> digests = new TreeMap<>();
        for (String line : Files.readAllLines(path.resolve(DIGESTS))) {
            int gap = line.indexOf("  ");
            // A base has no directories: a list that names something else was not written here.
            if (gap > 0 && line.indexOf('/', gap) < 0) {
                digests.put(line.substring(gap + 2), line.substring(0, gap));
            }
        }
        return digests;
    }

    /** Returns SHA-256 of a small file as it is now. */
    String digestOf(String name) throws IOException {
        MessageDigest sha256 = Sha256.create();
        try (java.io.InputStream in = Files.newInputStream(path.resolve(name))) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /** Opens a file of rows. */
    public RowFileReader rows(BaseFile file) throws IOException {
        return new RowFileReader(path, file);
    }

    private static String digest(String text) {
        return HexFormat.of().formatHex(Sha256.create().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
