package org.dtssync.app.tasks;

import java.io.OutputStream;
import org.dtssync.app.replay.HistorySink;

/** How changes of a history are written. */
public enum HistoryForm {
    /** Lines for people, grouped by transaction. */
    TEXT,
    /** One JSON object per line. */
    JSON,
    /** One line per changed column, with a header. */
    CSV;

    HistorySink sink(OutputStream out) {
        return switch (this) {
            case TEXT -> new HistoryText(out);
            case JSON -> new HistoryJson(out);
            case CSV -> new HistoryCsv(out);
        };
    }
}
