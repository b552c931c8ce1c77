package org.dtssync.app.replay;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Receives the rows of a table as of a moment. */
public interface StateSink {

    /**
     * Receives the names of the columns, before the first row.
     *
     * @throws IOException if whatever it is written to takes no more
     */
    void columns(List<String> names) throws IOException;

    /**
     * Receives a row.
     *
     * @param values PostgreSQL's texts in the order of the columns, null for NULL
     * @throws IOException if whatever it is written to takes no more
     */
    void row(@Nullable String[] values) throws IOException;

    /**
     * Called behind the last row.
     *
     * @throws IOException if whatever it is written to takes no more
     */
    void end() throws IOException;
}
