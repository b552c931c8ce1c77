package org.dtssync.connectors.apply;

import java.sql.SQLException;

/** Recognises errors that a rewrite can resolve: a value is still held by another row of the same write. */
final class UniqueConflict {

    private UniqueConflict() {}

    /** Returns whether the error is a violation of a unique or an exclusion constraint. */
    static boolean is(SQLException e) {
        return "23505".equals(e.getSQLState()) || "23P01".equals(e.getSQLState());
    }
}
