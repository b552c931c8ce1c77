package org.dtssync.app.display;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.logging.LogOutput;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.Phase;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.LoggerFactory;

/**
 * Shows the progress of a task on stderr. On a terminal a block is redrawn in place and the log is reduced to warnings,
 * which appear above it; elsewhere, and if the log is JSON, progress is part of the log. So nothing appears twice.
 *
 * <p>Thread-safe.
 */
public final class ProgressDisplay implements TaskListener, AutoCloseable {

    private static final String OURS = "org.dtssync";

    private final Activity activity = new Activity();
    private final View view;
    private final Level levelBefore;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "dts-sync-display");
        thread.setDaemon(true);
        return thread;
    });

    private final ScheduledFuture<?> showing;
    private volatile boolean resting;

    /**
     * Starts the display. While {@link #live} is true, nothing may print to the terminal other than through
     * {@code System.err} until {@link #close}.
     *
     * @param err where the command prints; flushed, so that earlier output comes first
     */
    public ProgressDisplay(PrintWriter err) {
        err.flush();
        levelBefore = logger().getLevel();
        if (live()) {
            logger().setLevel(Level.WARN);
            view = new LiveView(new Screen());
        } else {
            view = new LogView();
        }
        showing = timer.scheduleAtFixedRate(
                () -> view.tick(activity), view.paceMillis(), view.paceMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Returns whether stderr is a terminal that can redraw lines: the start script detects the first (Java itself knows
     * only about stdin and stdout), {@code TERM} the second.
     */
    public static boolean live() {
        String type = System.getenv().getOrDefault("TERM", "dumb").toLowerCase(Locale.ROOT);
        boolean capable = !type.isEmpty() && !type.equals("dumb") && !type.equals("unknown");
        return capable && !LogOutput.isJson() && "yes".equals(System.getProperty("dts.sync.terminal"));
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(OURS);
    }

    @Override
    public void entered(Phase entered) {
        if (!resting) {
            view.phaseBegins(entered, activity);
        }
        activity.enter(entered);
        LogOutput.phase(entered.label());
    }

    @Override
    public void snapshotStarted(SnapshotProgress progress) {
        activity.snapshot(progress);
    }

    @Override
    public void tableCopied(TableName table, long rows, long bytes, Duration time) {
        view.tableCopied(table, rows, bytes, time);
    }

    @Override
    public void structureObject(String name, String state, double seconds) {
        activity.objectMade();
    }

    @Override
    public void applied(Lsn lsn, long lag, long changes) {
        activity.applied(lsn, lag, changes);
    }

    @Override
    public void verifying(VerifyAdvance advance) {
        activity.comparing(advance);
    }

    /**
     * Stops the display, so that others may print, and leaves the log reduced to warnings where the block replaced it. Does
     * nothing the second time.
     */
    public void rest() {
        resting = true;
        showing.cancel(false);
        timer.shutdownNow();
        view.close();
    }

    /** Stops the display and restores the terminal and the log. Does nothing the second time. */
    @Override
    public void close() {
        rest();
        logger().setLevel(levelBefore);
    }
}
