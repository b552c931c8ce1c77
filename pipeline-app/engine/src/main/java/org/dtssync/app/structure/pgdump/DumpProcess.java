package org.dtssync.app.structure.pgdump;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.ClientEnvironment;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.PgDumpProgram;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.StateMigrations;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@code pg_dump} and reads the table of contents that it writes. The program gets its password from its environment, and
 * ends with us: when its time is over, when the thread is interrupted, and by itself once nobody reads its output. Thread-safe.
 */
final class DumpProcess {

    private static final Logger LOG = LoggerFactory.getLogger(DumpProcess.class);

    /** How long it waits for a lock that conflicts with reading: someone is altering a table at that moment. */
    private static final Duration LOCK_WAIT = Duration.ofSeconds(10);

    private static final Duration END_WAIT = Duration.ofSeconds(5);
    private static final int LONGEST_COMPLAINT = 4_000;

    private final PgDumpProgram program;
    private final DatabaseConnections database;
    private final boolean quotesAll;
    private final Duration limit;

    /**
     * Creates it; starts nothing yet.
     *
     * @param quotesAll whether every name is quoted, since the destination may have other keywords
     * @param limit how long the program may run
     */
    DumpProcess(PgDumpProgram program, DatabaseConnections database, boolean quotesAll, Duration limit) {
        this.quotesAll = quotesAll;
        this.program = program;
        this.database = database;
        this.limit = limit;
    }

    /**
     * Runs the program.
     *
     * @param snapshot the exported snapshot that it reads in
     * @param tablesToSkip tables that it must not lock, because the account may not
     */
    Archive run(String snapshot, List<TableName> tablesToSkip) {
        ProcessBuilder builder = new ProcessBuilder(command(snapshot, tablesToSkip));
        ClientEnvironment.of(database).applyTo(builder);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw fault(FaultKind.USAGE, "could not be started: " + e.getMessage(), e);
        }
        FutureTask<Archive> archive = new FutureTask<>(() -> archive(process));
        FutureTask<String> complaint = new FutureTask<>(() -> text(process.getErrorStream()));
        start(archive, "pg_dump output");
        start(complaint, "pg_dump messages");
        try {
            return result(process, archive, complaint);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException(FaultKind.INTERNAL, "Reading the schema was interrupted.", "", e);
        } finally {
            end(process);
        }
    }

    /** Asked to end, the program cancels what it waits for at the server. */
    private static void end(Process process) {
        boolean interrupted = Thread.interrupted();
        process.destroy();
        try {
            process.waitFor(END_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        process.destroyForcibly();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private List<String> command(String snapshot, List<TableName> tablesToSkip) {
        List<String> command = new ArrayList<>(List.of(
                program.path().toString(),
                "--format=custom",
                "--compress=0",
                "--schema-only",
                "--encoding=UTF8",
                "--no-password",
                "--no-tablespaces",
                "--lock-wait-timeout=" + LOCK_WAIT.toMillis(),
                "--snapshot=" + snapshot,
                "--exclude-schema=" + Identifiers.quote(StateMigrations.SCHEMA)));
        if (quotesAll) {
            command.add("--quote-all-identifiers");
        }
        tablesToSkip.forEach(table -> command.add("--exclude-table=" + table.sql()));
        return command;
    }

    private static Archive archive(Process process) throws IOException {
        process.getOutputStream().close();
        try (InputStream output = process.getInputStream()) {
            Archive archive = new ArchiveParser(new BufferedInputStream(output)).parse();
            output.transferTo(OutputStream.nullOutputStream());
            return archive;
        }
    }

    private Archive result(Process process, FutureTask<Archive> archive, FutureTask<String> complaint)
            throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw fault(FaultKind.TRANSIENT, "did not end within " + limit.toSeconds() + " seconds", null);
        }
        try {
            String messages = complaint.get();
            if (process.exitValue() != 0) {
                throw refusal(messages, process.exitValue());
            }
            if (!messages.isBlank()) {
                LOG.warn("pg_dump warns. messages={}", oneLine(messages));
            }
            return archive.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ArchiveFormatException damage) {
                throw fault(FaultKind.DATA, "brought something unexpected: " + damage.getMessage(), damage);
            }
            throw fault(FaultKind.DATA, "brought an archive that ends too early", e.getCause());
        }
    }

    /** The program gives no SQLSTATE; the words that it adds itself are in English. */
    private SyncException refusal(String complaint, int status) {
        String message = complaint.isBlank() ? "ended with status " + status : "failed: " + oneLine(complaint);
        if (complaint.contains("Query was: LOCK TABLE") && !complaint.contains("permission denied")) {
            return fault(FaultKind.TRANSIENT, message, null);
        }
        if (complaint.contains("connection to server")
                || complaint.contains("could not translate host name")
                || complaint.contains("server closed the connection")) {
            return fault(FaultKind.CONNECTION, message, null);
        }
        if (complaint.contains("permission denied")) {
            return fault(FaultKind.PERMISSION, message, null);
        }
        return fault(FaultKind.DATA, message, null);
    }

    private SyncException fault(FaultKind kind, String what, @Nullable Throwable cause) {
        return new SyncException(
                kind,
                "Reading the schema of the " + database.role() + " with " + program + " " + what + ".",
                "The reader that needs no program: structure: { reader: builtin }",
                cause);
    }

    private static String oneLine(String text) {
        return text.strip()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("; "))
                .replaceFirst("[.;]+$", "");
    }

    private static String text(InputStream stream) {
        try (stream) {
            String text = new String(stream.readNBytes(LONGEST_COMPLAINT), StandardCharsets.UTF_8);
            stream.transferTo(OutputStream.nullOutputStream());
            return text;
        } catch (IOException e) {
            // The program was stopped.
            return "";
        }
    }
}
