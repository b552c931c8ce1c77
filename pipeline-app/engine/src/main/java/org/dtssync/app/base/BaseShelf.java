package org.dtssync.app.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * A directory that has the bases of a task in directories of their own, named by task and time.
 *
 * @param path the directory
 * @param task the task
 */
public record BaseShelf(Path path, String task) {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /**
     * A base on the shelf.
     *
     * @param directory where it is
     * @param manifest what it has
     */
    public record Shelved(BaseDirectory directory, BaseManifest manifest) {}

    /** Returns the directory of the next base: one that an interrupted attempt has left, or a new one. */
    public Path next(Instant now) {
        return directories().stream()
                .filter(each -> !each.isComplete() && each.isBegun())
                .map(BaseDirectory::path)
                .findFirst()
                .orElseGet(() -> unused(task + "-" + TIME.format(now)));
    }

    /** Two bases may be taken within a second. */
    private Path unused(String name) {
        Path unused = path.resolve(name);
        for (int number = 2; Files.exists(unused); number++) {
            unused = path.resolve(name + "-" + number);
        }
        return unused;
    }

    /**
     * Returns the complete bases of the task, the newest first: the one that was taken last. Positions do not say which one that is, since
     * those of a re-created source begin at low ones.
     */
    public List<Shelved> bases() {
        List<Shelved> bases = new ArrayList<>();
        for (BaseDirectory each : directories()) {
            if (each.isComplete()) {
                bases.add(new Shelved(each, each.manifest()));
            }
        }
        bases.removeIf(each -> !each.manifest().task().equals(task));
        bases.sort(Comparator.comparing((Shelved each) -> each.manifest().takenAt())
                .thenComparing(each -> each.manifest().cut().lsn())
                .reversed());
        return bases;
    }

    /** Returns those of them that are of the same source as the newest, the newest first: positions of two servers cannot be compared. */
    public List<Shelved> ofNewestSource() {
        List<Shelved> bases = bases();
        return bases.stream()
                .filter(each -> each.manifest()
                        .cut()
                        .systemIdentifier()
                        .equals(bases.get(0).manifest().cut().systemIdentifier()))
                .toList();
    }

    private List<BaseDirectory> directories() {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> String.valueOf(entry.getFileName()).startsWith(task + "-"))
                    .sorted()
                    .map(BaseDirectory::new)
                    .toList();
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.DATA, "Directory " + path + " cannot be read: " + FileFaults.reason(e) + ".", "", e);
        }
    }

    /**
     * Deletes all bases but the newest. Only files that a base lists are deleted, so that whatever else someone put there stays.
     *
     * @param keep how many stay
     * @param taken the directory of the base that was just taken: it stays whatever the clock said when the others were taken
     * @return the directories of those that were deleted
     */
    public List<Path> deleteAllBut(int keep, Path taken) {
        List<Path> deleted = new ArrayList<>();
        List<Shelved> others = new ArrayList<>(bases());
        others.removeIf(each -> each.directory().path().equals(taken));
        for (Shelved each : others.subList(Math.min(keep - 1, others.size()), others.size())) {
            try {
                each.directory().delete();
            } catch (IOException e) {
                throw new SyncException(
                        FaultKind.DATA,
                        "The base in " + each.directory().path() + " could not be deleted: " + FileFaults.reason(e)
                                + ".",
                        "Delete it yourself; the new one is complete.",
                        e);
            }
            deleted.add(each.directory().path());
        }
        return deleted;
    }
}
