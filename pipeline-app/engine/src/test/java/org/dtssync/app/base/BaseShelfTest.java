package org.dtssync.app.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which bases stay, and which are used, after the source was re-created and its positions begin at low ones. */
class BaseShelfTest {

    private static final Instant DAY = Instant.parse("2026-03-01T02:00:00Z");

    @TempDir
    Path directory;

    private BaseShelf shelf;

    @BeforeEach
    void oldLife() throws IOException {
        shelf = new BaseShelf(directory, "shop");
        base("shop-1", "old", "5A/1", DAY);
        base("shop-2", "old", "5A/2", DAY.plusSeconds(60));
    }

    private Path base(String name, String source, String lsn, Instant takenAt) throws IOException {
        Path path = Files.createDirectories(directory.resolve(name));
        BaseCut cut = new BaseCut(1, Lsn.parse(lsn), 0, Optional.empty(), Optional.empty(), source);
        new BaseDirectory(path).finish(new BaseManifest("shop", "1", takenAt, cut, List.of(), List.of()));
        return path;
    }

    private static List<Path> paths(List<BaseShelf.Shelved> bases) {
        return bases.stream().map(each -> each.directory().path()).toList();
    }

    @Test
    void theBasesThatWereTakenLastStay() throws IOException {
        Path taken = base("shop-3", "new", "0/3", DAY.plusSeconds(120));

        assertThat(shelf.deleteAllBut(2, taken)).containsExactly(directory.resolve("shop-1"));
        assertThat(paths(shelf.bases())).containsExactly(taken, directory.resolve("shop-2"));
        assertThat(shelf.deleteAllBut(2, taken)).isEmpty();
    }

    @Test
    void theOneThatWasJustTakenStaysWhateverTheClockSaid() throws IOException {
        Path taken = base("shop-3", "old", "5A/3", DAY.minusSeconds(60));

        assertThat(shelf.deleteAllBut(1, taken))
                .containsExactly(directory.resolve("shop-2"), directory.resolve("shop-1"));
        assertThat(paths(shelf.bases())).containsExactly(taken);
    }

    @Test
    void onlyBasesOfOneSourceAreChosenFrom() throws IOException {
        Path taken = base("shop-3", "new", "0/3", DAY.plusSeconds(120));
        Path next = base("shop-4", "new", "0/4", DAY.plusSeconds(180));

        assertThat(paths(shelf.ofNewestSource())).containsExactly(next, taken);
    }
}
