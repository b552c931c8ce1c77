package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.Set;

/**
 * One thing the precheck looks at.
 *
 * @param id the fixed word its items carry
 * @param needs what it cannot do without
 * @param looking looks, and says what it finds; at least one item, a pass if all is well; changes nothing anywhere
 */
record Check(String id, Set<Server> needs, Looking looking) {

    /** What a check has to reach. */
    enum Server {
        SOURCE,
        DESTINATION,
        KAFKA
    }

    /** What a check does. */
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
