package org.dtssync.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Only package state has SQL on the tables of the dts_sync schema, and the two classes that every applier needs. Package ddl names what its
 * event triggers need in the source's schema of that name, which is no state of the task.
 */
class StateOwnershipTest {

    private static final List<String> OWNERS = List.of(
            "org/dtssync/app/state/",
            "org/dtssync/app/ddl/",
            "org/dtssync/connectors/postgres/Epoch.java",
            "org/dtssync/connectors/apply/AppliedPosition.java");

    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);

    private static final Pattern TABLE = Pattern.compile("\\bdts_sync\\.(?:[a-z_]|\"|$)");

    @Test
    void nobodyElseHasItsTablesInAStatement() throws IOException {
        Path root = Path.of("../..").toRealPath();
        try (Stream<Path> files = Files.walk(root)) {
            List<String> strangers = files.filter(file -> file.toString().contains("/src/main/java/"))
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains("/engine/")
                            || file.toString().contains("/connectors/")
                            || file.toString().contains("/cli/"))
                    .filter(file -> OWNERS.stream().noneMatch(file.toString()::contains))
                    .filter(StateOwnershipTest::hasTable)
                    .map(file -> root.relativize(file).toString())
                    .toList();

            assertThat(strangers).isEmpty();
        }
    }

    private static boolean hasTable(Path file) {
        try {
            return TABLE.matcher(COMMENT.matcher(Files.readString(file)).replaceAll(""))
                    .find();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
