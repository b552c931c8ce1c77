package org.dtssync.app.moving;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseAddress;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Runs the user's program that repoints the applications at another database: {@code program HOST PORT DATABASE}. Several hosts are given as
 * libpq takes them, separated by commas, and their ports too.
 *
 * @param program its path
 * @param withheld environment variables that it does not get
 * @param target the database that applications are to use
 */
public record EndpointCommand(String program, Set<String> withheld, DatabaseSettings target) implements Endpoint {

    private static final long LIMIT_SECONDS = 60;

    /** A program without a path is looked for by the system when it is run. */
    @Override
    public List<Gate> gates() {
        if (program.indexOf('/') >= 0 && !Files.isExecutable(Path.of(program))) {
            return List.of(Gate.warn(
                    "endpoint",
                    Gate.Group.ENDPOINT,
                    "The program of switchover.command, " + program + ", cannot be run here.",
                    "Make it executable for the account that runs dts-sync, or correct its path."));
        }
        return List.of(Gate.pass(
                "endpoint", Gate.Group.ENDPOINT, "Applications are repointed by the program " + program + "."));
    }

    @Override
    public String mover() {
        return "program " + program;
    }

    @Override
    public void hold() {
        // A program cannot let applications wait; the read-only gate refuses them.
    }

    @Override
    public void stay() {
        // It was not run yet.
    }

    /**
     * Runs it to its end; its output is discarded.
     *
     * @throws SyncException if it cannot be started, takes more than a minute or exits with a code other than 0
     */
    @Override
    public void move() throws InterruptedException {
        DatabaseAddress address = DatabaseAddress.of(target.url()).orElseThrow();
        String ports = address.ports().stream().map(String::valueOf).collect(Collectors.joining(","));
        ProcessBuilder builder = new ProcessBuilder(
                        program, String.join(",", address.hosts()), ports, address.database())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeAll(withheld);
        try {
            Process process = builder.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw failed("took more than " + LIMIT_SECONDS + " seconds");
            }
            if (process.exitValue() != 0) {
                throw failed("ended with exit code " + process.exitValue());
            }
        } catch (IOException e) {
            throw failed("could not be started: " + e.getMessage());
        }
    }

    private SyncException failed(String how) {
        return new SyncException(
                FaultKind.USAGE,
                "The program of switchover.command, " + program + ", " + how + ".",
                "The databases are switched; point the applications at the new one by hand, or fix the program and give the"
                        + " command again.");
    }
}
