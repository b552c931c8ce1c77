package org.dtssync.app.base;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;

/**
 * Reads a base again, and compares it with what was written: every file with its digest, every row with the table's. Needs no server.
 *
 * @param directory the directory
 * @param manifest what it has
 * @param digest SHA-256 of the manifest, which stands for the whole base
 * @param faults what is wrong; nothing if the base is whole
 */
public record BaseCheck(BaseDirectory directory, BaseManifest manifest, String digest, List<BaseFault> faults) {

    /** Copies the list. */
    public BaseCheck {
        faults = List.copyOf(faults);
    }

    /**
     * Checks a base.
     *
     * @throws SyncException of kind USAGE if the directory has none
     * @throws InterruptedException if the thread was interrupted
     */
    public static BaseCheck of(BaseDirectory directory, BaseListener listener) throws InterruptedException {
        BaseManifest manifest = directory.manifest();
        listener.checking();
        List<BaseFault> faults = new ArrayList<>();
        try {
            Map<String, String> listed = directory.digests();
            for (String name : List.of(BaseDirectory.MANIFEST, BaseDirectory.STRUCTURE)) {
                small(directory, name, listed).ifPresent(faults::add);
            }
            faults.addAll(rows(directory, manifest, listed, listener));
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "The base in " + directory.path() + " cannot be read: " + FileFaults.reason(e) + ".",
                    "",
                    e);
        }
        return new BaseCheck(directory, manifest, directory.manifestDigest(), faults);
    }

    private static Optional<BaseFault> small(BaseDirectory directory, String name, Map<String, String> listed) {
        try {
            return directory.digestOf(name).equals(listed.get(name))
                    ? Optional.empty()
                    : Optional.of(new BaseFault(name, "the file was altered"));
        } catch (IOException e) {
            return Optional.of(new BaseFault(name, "the file cannot be read"));
        }
    }

    private static List<BaseFault> rows(
            BaseDirectory directory, BaseManifest manifest, Map<String, String> listed, BaseListener listener)
            throws InterruptedException {
        ExecutorService executor = Executors.newFixedThreadPool(
                Math.max(1, Runtime.getRuntime().availableProcessors()), BaseCheck::thread);
        List<BaseFault> faults = new ArrayList<>();
        try {
            Map<BaseFile, Future<Read>> reading = new HashMap<>();
            for (BaseTable table : manifest.tables()) {
                for (BaseFile file : table.files()) {
                    reading.put(file, executor.submit(() -> read(directory, table, file, listener)));
                }
            }
            for (BaseTable table : manifest.tables()) {
                RowDigest digest = new RowDigest();
                boolean whole = true;
                for (BaseFile file : table.files()) {
                    Read read = java.util.Objects.requireNonNull(reading.get(file), "Each is read.")
                            .get();
                    Optional<BaseFault> fault = file.sha256().equals(listed.get(file.name()))
                            ? read.fault()
                            : Optional.of(new BaseFault(file.name(), "the list of digests was altered"));
                    fault.ifPresent(faults::add);
                    whole &= fault.isEmpty();
                    digest.add(read.rows());
                }
                if (whole && !(digest.rows() == table.rows() && digest.text().equals(table.digest()))) {
                    faults.add(new BaseFault(
                            BaseDirectory.MANIFEST, "table " + table.table() + " does not have the rows it had"));
                }
            }
        } catch (ExecutionException e) {
            throw UnexpectedError.of("the check of the base", Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            executor.shutdownNow();
        }
        return faults;
    }

    /** What was read of one file. */
    private record Read(RowDigest rows, Optional<BaseFault> fault) {}

    private static Read read(BaseDirectory directory, BaseTable table, BaseFile file, BaseListener listener)
            throws InterruptedException {
        RowDigest digest = new RowDigest();
        try (RowFileReader rows = directory.rows(file)) {
            while (rows.next()) {
                digest.add(rows.line(), rows.length());
                if (digest.rows() % 1_000 == 0) {
                    listener.rows(table.table(), 1_000, 0);
                    if (Thread.interrupted()) {
                        throw new InterruptedException("The check was interrupted");
                    }
                }
            }
            return new Read(digest, Optional.empty());
        } catch (java.nio.file.NoSuchFileException e) {
            return new Read(digest, Optional.of(new BaseFault(file.name(), "the file is missing")));
        } catch (IOException | SyncException e) {
            return new Read(digest, Optional.of(new BaseFault(file.name(), "the file was altered")));
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "dts-sync-base-check");
        thread.setDaemon(true);
        return thread;
    }

    /** Returns whether the base is as it was written. */
    public boolean whole() {
        return faults.isEmpty();
    }
}
