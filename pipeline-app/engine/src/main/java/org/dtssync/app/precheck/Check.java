package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.Set;

/**
 * One check of the precheck.
 *
 * @param id the fixed word its items carry
 * @param stage the part of the task's life that it is for
 * @param needs the servers it needs
 * @param looking checks, and reports findings; at least one item, a pass if all is well; changes nothing anywhere
 */
record Check(String id, Stage stage, Set<Server> needs, Looking looking) {

    /** A server that a check needs. */
    enum Server {
        SOURCE,
        DESTINATION,
        KAFKA
    }

    /** The work of a check. */
    @FunctionalInterface
    interface Looking {
        void look(Ends ends, Findings findings) throws SQLException;
    }

    Check {
        needs = Set.copyOf(needs);
    }

    void look(Ends ends, Findings findings) throws SQLException {
        looking.look(ends, findings);
    }
}
