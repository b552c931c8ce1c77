package org.dtssync.app.display;

import java.time.Duration;
import org.dtssync.app.state.Phase;
import org.dtssync.connectors.postgres.TableName;

/** One way to show a task's activity. {@link #tick} is called by one thread, the others by any. */
interface View extends AutoCloseable {

    /** A phase begins; the activity is that of the phase before it. */
    void phaseBegins(Phase phase, Activity before);

    /** A table was copied whole. */
    void tableCopied(TableName table, long rows, long bytes, Duration time);

    /** Called at a steady pace to show what is under way. */
    void tick(Activity activity);

    /** Returns the pace, in milliseconds. */
    long paceMillis();

    /** Shows no more, and leaves the terminal as it was. */
    @Override
    void close();
}
