package org.dtssync.app.embedded;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's own programs on a data directory; what they print goes to {@code server.log} there.
 * Thread-safe.
 */
final class PostgresCommands {

    /** How much longer than its own timeout a program may take before it is killed. */
    private static final int GRACE_SECONDS = 30;

    private static final int INITIALIZE_TIMEOUT_SECONDS = 60;

    /** How long a program that starts or stops a server goes on after an interrupt. */
    private static final int INTERRUPTED_SECONDS = 2;

    /** The file in the data directory that the server and these programs print to. */
    static final String LOG = "server.log";

    private final Path binaries;
    private final ServerAccount account;

    PostgresCommands(Path binaries, ServerAccount account) {
        this.binaries = binaries;
        this.account = account;
    }

    /** Creates a cluster. The locale is C, so that it is the same on every machine. */
    void initialize(Path data, String superuser, boolean noSync) throws IOException {
        account.letThroughTo(data);
        account.own(data);
        List<String> arguments = new ArrayList<>(List.of("-U", superuser, "-A", "trust", "-E", "UTF8", "--locale=C"));
        if (noSync) {
            arguments.add("--no-sync");
        }
        // It refuses a directory that is not empty, so its own output goes beside it until it is done.
        Path log = data.resolveSibling(data.getFileName() + ".log");
        require("initdb", data, log, arguments, INITIALIZE_TIMEOUT_SECONDS);
        Files.move(log, data.resolve(LOG));
        account.own(data.resolve(LOG));
    }

    /** Starts the server and returns once it takes connections. */
    void start(Path data, int timeoutSeconds) throws IOException {
        String log = data.resolve(LOG).toString();
        require("pg_ctl", data, data.resolve(LOG), control(timeoutSeconds, "-l", log, "start"), timeoutSeconds);
    }

    /** Stops the server. */
    void stop(Path data, String mode, int timeoutSeconds) throws IOException {
        require("pg_ctl", data, data.resolve(LOG), control(timeoutSeconds, "-m", mode, "stop"), timeoutSeconds);
    }

    /** Stops the server; returns whether it did within the time. */
    boolean tryStop(Path data, String mode, int timeoutSeconds) throws IOException {
        return run("pg_ctl", data, data.resolve(LOG), control(timeoutSeconds, "-m", mode, "stop"), timeoutSeconds) == 0;
    }

    private static List<String> control(int timeoutSeconds, String... action) {
        List<String> arguments = new ArrayList<>(List.of("-w", "-t", Integer.toString(timeoutSeconds)));
        arguments.addAll(List.of(action));
        return arguments;
    }

    private void require(String program, Path data, Path log, List<String> arguments, int timeoutSeconds)
            throws IOException {
        int exit = run(program, data, log, arguments, timeoutSeconds);
        if (exit != 0) {
            throw new IOException(program + " ended with exit code " + exit + lastFault(log));
        }
    }

    private int run(String program, Path data, Path log, List<String> arguments, int timeoutSeconds)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(binaries.resolve("bin").resolve(program).toString());
        command.addAll(List.of("-D", data.toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(account.command(command))
                .directory(data.toFile())
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()));
        // The caller's PGDATA, PGPORT or language must not decide anything here.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        return await(builder.start(), program, timeoutSeconds + GRACE_SECONDS);
    }

    /**
     * Waits for a program's end. An interrupt ends {@code initdb} at once. {@code pg_ctl} goes on for a little: killed in the
     * middle of a start, it would leave a server behind that nobody knows of. The thread stays interrupted.
     */
    private static int await(Process process, String program, int timeoutSeconds) throws IOException {
        boolean interrupted = false;
        try {
            if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
                throw new IOException(program + " did not end within " + timeoutSeconds + " seconds");
            }
        } catch (InterruptedException e) {
            interrupted = true;
            awaitInterrupted(process, program, e);
        } finally {
            process.destroyForcibly();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return process.exitValue();
    }

    private static void awaitInterrupted(Process process, String program, InterruptedException cause)
            throws IOException {
        try {
            if (program.equals("pg_ctl") && process.waitFor(INTERRUPTED_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            cause.addSuppressed(e);
        }
        throw new IOException("The wait for " + program + " was interrupted", cause);
    }

    private static String lastFault(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i);
            int fault = Math.max(line.indexOf("FATAL:"), line.indexOf("error:"));
            if (fault >= 0) {
                return ", " + line.substring(fault).strip();
            }
        }
        return "";
    }
}
