package org.dtssync.app.tasks;

import java.io.OutputStream;
import org.dtssync.app.replay.StateSink;

/** How the rows of a table are written. */
public enum StateForm {
    /** A line with the columns' names, then one line per row, as PostgreSQL's COPY writes CSV. */
    CSV,
    /** One JSON object per row and line. */
    NDJSON;

    StateSink sink(OutputStream out) {
        return switch (this) {
            case CSV -> new StateCsv(out);
            case NDJSON -> new StateJson(out);
        };
    }
}
