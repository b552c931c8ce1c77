package org.dtssync.app.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.io.FileUtils;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks a PostgreSQL version's binaries into a cache in the temporary directory, once per user and archive.
 *
 * <p>The archive is unpacked under another name and renamed when complete, so that a run that was killed half-way leaves
 * nothing another run would take for whole, and several may unpack at the same time. Thread-safe.
 */
final class PostgresBinaries {

    private PostgresBinaries() {}

    /**
     * Returns the directory that holds {@code bin}, {@code lib} and {@code share}.
     *
     * @param archive a jar with one {@code .txz} inside
     */
    static Path unpacked(Path archive) throws IOException {
        try (ZipFile jar = new ZipFile(archive.toFile())) {
            ZipEntry entry = jar.stream()
                    .filter(candidate -> candidate.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException(archive + " holds no PostgreSQL binaries"));
            Path cache = cache();
            Path unpacked = cache.resolve("postgresql-" + Long.toHexString(entry.getCrc()));
            if (!Files.exists(unpacked)) {
                Path partial = Files.createTempDirectory(cache, "partial");
                try (InputStream stream = jar.getInputStream(entry)) {
                    unpack(stream, partial);
                    publish(partial, unpacked);
                } finally {
                    FileUtils.deleteDirectory(partial.toFile());
                }
            }
            return unpacked;
        }
    }

    private static Path cache() throws IOException {
        long user = ServerAccount.userId();
        String place = System.getProperty("dts.sync.cache", System.getProperty("java.io.tmpdir"));
        Path cache = Path.of(place, "dts-sync-" + user);
        try {
            Files.createDirectory(cache);
        } catch (FileAlreadyExistsException e) {
            // Programs are run from here: another user's directory of this name would be theirs to fill.
            if (!Files.getAttribute(cache, "unix:uid").equals((int) user)) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "The cache directory " + cache + " belongs to another user.",
                        "Remove it, or set java.io.tmpdir to a directory of your own.",
                        e);
            }
        }
        return cache;
    }

    private static void publish(Path partial, Path unpacked) throws IOException {
        // Readable by all: as root the server may run as another account.
        Files.setPosixFilePermissions(partial, permissions(0755));
        try {
            Files.move(partial, unpacked, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.exists(unpacked)) {
                throw e;
            }
            // Another process was quicker; its copy is as good.
        }
    }

    private static void unpack(InputStream stream, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(stream))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                // Takes seconds, and whoever is told to end should not sit them out.
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("the unpacking of its binaries was interrupted");
                }
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("The archive's entry " + entry.getName() + " leads out of its directory");
                }
                unpackEntry(tar, entry, path);
            }
        }
    }

    private static void unpackEntry(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, path, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(path, permissions(entry.getMode()));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] fromHighestBit = PosixFilePermission.values();
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < fromHighestBit.length; bit++) {
            if ((mode & (0400 >> bit)) != 0) {
                permissions.add(fromHighestBit[bit]);
            }
        }
        return permissions;
    }
}
