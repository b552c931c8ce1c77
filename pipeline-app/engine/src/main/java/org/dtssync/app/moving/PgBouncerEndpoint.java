package org.dtssync.app.moving;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.PgBouncerSettings;
import org.dtssync.app.config.PgBouncerSettings.Server;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves applications with PgBouncer: PAUSE lets them wait, and once its file names the other server, RELOAD and RESUME let them continue
 * there, over the connections they have.
 *
 * <p>Stateless: PgBouncer is queried each time whether a database is paused.
 *
 * @param settings where it is and what is moved
 * @param from where applications are
 * @param to where they are moved
 * @param drainTimeout how long the read-only database may take to drain
 */
public record PgBouncerEndpoint(PgBouncerSettings settings, Server from, Server to, Duration drainTimeout)
        implements Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(PgBouncerEndpoint.class);

    /** How long PgBouncer may be down, for example during a restart, before an operator has to act. */
    private static final Duration AWAY_LIMIT = Duration.ofSeconds(15);

    private static final long PAUSE_MILLIS = 500;

    @Override
    public List<Gate> gates() {
        return new PgBouncerGates(settings, file(), from, drainTimeout).gates();
    }

    @Override
    public String mover() {
        return "PgBouncer (" + (settings.databases().size() == 1 ? "database " : "databases ")
                + String.join(", ", settings.databases()) + ")";
    }

    private PoolFile file() {
        return new PoolFile(settings.file(), settings.databases());
    }

    /**
     * Returns once no transaction is open any more, while new ones wait.
     *
     * @throws SyncException if transactions stay open for too long; then no application waits any more
     */
    @Override
    public void hold() {
        long deadline = System.nanoTime() + settings.pauseTimeout().toNanos();
        try (PgBouncerConsole console = PgBouncerConsole.open(settings)) {
            for (String database : settings.databases()) {
                console.ask("PAUSE " + quoted(database), Duration.ofNanos(deadline - System.nanoTime()));
            }
        } catch (SyncException e) {
            // At once, before everything else is undone: all clients are waiting for the late one.
            resumeAfter(e);
            throw e.kind() == FaultKind.TRANSIENT ? tooLong(e) : e;
        }
    }

    private void resumeAfter(SyncException cause) {
        try {
            resume();
        } catch (SyncException e) {
            cause.addSuppressed(e);
        }
    }

    private SyncException tooLong(SyncException e) {
        return new SyncException(
                FaultKind.TRANSIENT,
                "Transactions through PgBouncer's " + String.join(", ", settings.databases())
                        + " were still open after " + settings.pauseTimeout().toMillis()
                        + " ms, so nothing was moved and the applications continue.",
                "End them (SHOW SERVERS in PgBouncer's console lists them as active), or raise"
                        + " switchover.pgbouncer.pause.timeout, during which all other clients wait.",
                e);
    }

    @Override
    public void move() throws InterruptedException {
        file().sendTo(to);
        patiently(() -> {
            try (PgBouncerConsole console = PgBouncerConsole.open(settings)) {
                console.ask("RELOAD");
                requireReloaded(console);
            }
            resume();
        });
    }

    private void requireReloaded(PgBouncerConsole console) {
        for (Map<String, String> row : console.ask("SHOW DATABASES")) {
            Server server = PgBouncerGates.server(row);
            if (settings.databases().contains(row.get("name")) && !server.equals(to)) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "PgBouncer did not load " + settings.file() + ": its database " + row.get("name")
                                + " still goes to " + server + " and not to " + to + ". Its clients wait.",
                        "The databases are switched. See PgBouncer's log, fix its configuration, and run the command again, or"
                                + " run RELOAD and RESUME in its console.");
            }
        }
    }

    @Override
    public void stay() throws InterruptedException {
        patiently(this::resume);
    }

    /** A pool that is not paused would refuse it. */
    private void resume() {
        try (PgBouncerConsole console = PgBouncerConsole.open(settings)) {
            for (Map<String, String> row : console.ask("SHOW DATABASES")) {
                String name = row.get("name");
                if (name != null && settings.databases().contains(name) && "1".equals(row.get("paused"))) {
                    console.ask("RESUME " + quoted(name));
                }
            }
        }
    }

    private static void patiently(Runnable act) throws InterruptedException {
        long deadline = System.nanoTime() + AWAY_LIMIT.toNanos();
        while (true) {
            try {
                act.run();
                return;
            } catch (SyncException e) {
                if (e.kind() != FaultKind.CONNECTION || System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.warn("Retrying PgBouncer. reason={}", e.getMessage());
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    static String quoted(String database) {
        return '"' + database.replace("\"", "\"\"") + '"';
    }
}
