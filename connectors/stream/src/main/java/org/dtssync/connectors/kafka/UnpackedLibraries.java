package org.dtssync.connectors.kafka;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The native libraries that Kafka's compression unpacked into the temporary directory and loaded from there. They are meant
 * to go when Java exits, but a process that is halted skips that, and would leave one behind each time.
 *
 * <p>Stateless. Known on Linux alone; elsewhere nothing is found.
 */
public final class UnpackedLibraries {

    private static final Path MAPPED_FILES = Path.of("/proc/self/maps");
    private static final String NAME = "liblz4-java-";

    private UnpackedLibraries() {}

    /** Removes the files; what is loaded stays usable. To be called right before the process is halted. */
    public static void remove() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        for (Path library : loaded()) {
            if (library.startsWith(temporary)) {
                try {
                    Files.deleteIfExists(library);
                    Files.deleteIfExists(library.resolveSibling(library.getFileName() + ".lck"));
                } catch (IOException e) {
                    // Nobody is left to tell, and the next process that loads the library may remove it.
                    return;
                }
            }
        }
    }

    private static Set<Path> loaded() {
        try (Stream<String> lines = Files.lines(MAPPED_FILES)) {
            return lines.filter(line -> line.contains("/" + NAME) && line.endsWith(".so"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            return Set.of();
        }
    }
}
