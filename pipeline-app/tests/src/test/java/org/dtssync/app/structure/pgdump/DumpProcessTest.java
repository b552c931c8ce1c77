package org.dtssync.app.structure.pgdump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.testing.PgClient;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.PgDumpProgram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Running pg_dump: what it reads, what others can see of it, and how it ends. */
@ExtendWith(ServersExtension.class)
class DumpProcessTest {

    private static final ObjectSelection ALL = new ObjectSelection(List.of("*.*"), List.of(), Owners.KEEP);

    @TempDir
    Path directory;

    private DatabaseConnections source;

    @BeforeEach
    void freshDatabase(Servers servers) throws SQLException {
        assumeTrue(PgClient.program("pg_dump").isPresent(), PgClient.MISSING);
        source = new DatabaseConnections(End.SOURCE, servers.freshDatabase(17), "dump-test");
        execute("CREATE TABLE public.t (id int PRIMARY KEY, \"ü 'x'\" text); COMMENT ON TABLE public.t IS 'größer'");
    }

    @Test
    void theTableOfContentsOfEveryVersionIsRead() throws Exception {
        for (int major : new int[] {17, 18}) {
            assumeTrue(PgClient.program(major, "pg_dump").isPresent() || major != 18, PgClient.MISSING);
            if (PgClient.program(major, "pg_dump").isEmpty()) {
                continue;
            }
            Archive archive = inSnapshot(snapshot ->
                    new DumpProcess(program(major), source, false, Duration.ofMinutes(1)).run(snapshot, List.of()));

            assertThat(archive.format()).isEqualTo("1.16");
            assertThat(archive.server()).startsWith("17.");
            assertThat(archive.program()).startsWith(major + ".");
            TocEntry table = archive.entries().stream()
                    .filter(entry -> entry.is(EntryKind.TABLE))
                    .findFirst()
                    .orElseThrow();
            assertThat(table.title()).isEqualTo("TABLE public.t");
            assertThat(table.section()).isEqualTo(TocEntry.Section.PRE_DATA);
            assertThat(table.definition()).contains("\"ü 'x'\" text");
            assertThat(table.accessMethod()).isEqualTo("heap");
            assertThat(table.owner()).isEqualTo("postgres");
            assertThat(archive.entries())
                    .filteredOn(entry -> entry.is(EntryKind.COMMENT, EntryKind.CONSTRAINT))
                    .allMatch(entry -> entry.dependencies().contains(table.id()))
                    .hasSize(2);
        }
    }

    @Test
    void whatIsNoArchiveIsRefused() {
        for (String text : List.of("", "PGDM", "pg_dump: hello", "PGDMP\1\15\0\4\10\1", "PGDMP\1\20\0\4")) {
            assertThat(catchThrowableOfType(
                            IOException.class,
                            () -> new ArchiveParser(
                                            new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)))
                                    .parse()))
                    .as(text)
                    .isNotNull();
        }
    }

    @Test
    void thePasswordIsNotOnTheCommandLine() throws Exception {
        Path seen = directory.resolve("seen");
        Path wrapper = script(
                "printf '%s\\n' \"$@\" > " + seen + "; exec " + program(18).path() + " \"$@\"");
        DatabaseSettings settings = source.settings();
        DatabaseConnections withPassword = new DatabaseConnections(
                End.SOURCE,
                new DatabaseSettings(settings.url(), settings.user(), "its password", Map.of("connectTimeout", "7")),
                "dump-test");

        new PgDumpReader(new PgDumpProgram(wrapper, 18), withPassword, ALL, false).read();

        assertThat(Files.readString(seen)).contains("--schema-only").doesNotContain("password=", "its password");
    }

    @Test
    void aProgramThatFailsIsNamedWithItsReason() throws Exception {
        Path garbage = script("echo hello");
        Path failing = script("echo 'pg_dump: error: it broke.' >&2; exit 3");

        assertThat(fault(garbage)).hasMessageContaining("does not begin like an archive");
        assertThat(fault(failing))
                .hasMessageContaining("failed: pg_dump: error: it broke.")
                .hasMessageContaining("structure: { reader: builtin }");
        assertThat(fault(directory.resolve("missing")).kind()).isEqualTo(FaultKind.USAGE);
    }

    @Test
    void aDumpThatWaitsForALockEndsWithItsTimeAndWithItsThread() throws Exception {
        try (Connection holder = source.open();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE public.t");

            SyncException late = catchThrowableOfType(
                    SyncException.class,
                    () -> new PgDumpReader(program(18), source, ALL, false, Duration.ofSeconds(3)).read());
            AtomicReference<Throwable> end = new AtomicReference<>();
            Thread reading = new Thread(() -> {
                try {
                    new PgDumpReader(program(18), source, ALL, false).read();
                } catch (SyncException e) {
                    end.set(e);
                }
            });
            reading.start();
            await().until(() -> waiting() == 1);
            reading.interrupt();
            reading.join(10_000);

            assertThat(late.kind()).isEqualTo(FaultKind.TRANSIENT);
            assertThat(late).hasMessageContaining("did not end within 3 seconds");
            assertThat(end.get()).hasMessageContaining("interrupted");
            await().until(() -> waiting() == 0);
        }
    }

    private SyncException fault(Path program) {
        return catchThrowableOfType(
                SyncException.class, () -> new PgDumpReader(new PgDumpProgram(program, 18), source, ALL, false).read());
    }

    private static PgDumpProgram program(int major) {
        return new PgDumpProgram(PgClient.program(major, "pg_dump").orElseThrow(), major);
    }

    private Path script(String body) throws IOException {
        Path script = Files.createTempFile(
                directory,
                "pg_dump",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    }

    /** Sessions that wait for a lock on the table, without those of a program that is about to end. */
    private int waiting() throws SQLException {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        SELECT count(*)::int FROM pg_locks WHERE NOT granted AND relation = 'public.t'::regclass
                        """)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @FunctionalInterface
    private interface Reading {
        Archive read(String snapshot);
    }

    private Archive inSnapshot(Reading reading) throws SQLException {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            try (var rows = statement.executeQuery("SELECT pg_export_snapshot()")) {
                rows.next();
                return reading.read(rows.getString(1));
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement()) {
            for (String one : Arrays.asList(sql.split(";"))) {
                statement.execute(one);
            }
        }
    }
}
