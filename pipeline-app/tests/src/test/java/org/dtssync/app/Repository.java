package org.dtssync.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The checkout that a test runs in, for tests that read its pages and sources. Immutable.
 *
 * @param root its topmost directory
 */
public record Repository(Path root) {

    /** Directories with content that nobody wrote. */
    private static final Set<String> SKIPPED = Set.of(".git", "target", ".idea");

    /** Finds it from the directory of the module under test. */
    public static Repository find() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("docs/index.md"))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new IllegalStateException("no docs/index.md in any directory above the tests");
            }
        }
        return new Repository(directory);
    }

    /** Returns every written file whose name ends so, in a stable order. */
    List<Path> files(String ending) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .filter(this::written)
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean written(Path file) {
        for (Path part : root.relativize(file)) {
            if (SKIPPED.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }

    /** Returns a path as a message names it. */
    String name(Path file) {
        return root.relativize(file).toString();
    }
}
