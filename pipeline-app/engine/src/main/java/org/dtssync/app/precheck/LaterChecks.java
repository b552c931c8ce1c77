package org.dtssync.app.precheck;

import java.util.List;
import org.dtssync.connectors.postgres.TableName;

/** Makes the checks of later parts of a task, of which the precheck knows nothing else. */
@FunctionalInterface
public interface LaterChecks {

    /** None. */
    LaterChecks NONE = (tables, kafka) -> List.of();

    /**
     * Checks; changes nothing.
     *
     * @param tables what would be captured
     * @param kafka whether the brokers answer, and may be asked
     */
    List<LaterFinding> look(List<TableName> tables, boolean kafka);
}
