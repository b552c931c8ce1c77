package org.dtssync.connectors.capture;

import java.util.List;
import java.util.Map;
import org.dtssync.schemas.Cut;
import org.jspecify.annotations.Nullable;

/** Follows the shapes of tables through commands that change the structure. Called by the capture's own threads, one at a time. */
public interface CapturedCommands {

    /**
     * Returns every captured table as it is behind a cut: the recorded shapes, and what the commands of cuts that are not applied yet
     * made of them.
     *
     * @throws org.dtssync.connectors.fault.SyncException if they cannot be read
     */
    List<CapturedTable> tables(Cut last);

    /**
     * Returns what is sent of the client's message in which a command was.
     *
     * @param row the columns of its row as texts
     * @param message the message
     */
    String sent(Map<String, @Nullable String> row, String message);

    /**
     * Takes the next command.
     *
     * @param row the columns of its row as texts
     * @return the tables that changes behind it belong to, if they are new or have another shape
     */
    List<CapturedTable> take(Map<String, @Nullable String> row);
}
