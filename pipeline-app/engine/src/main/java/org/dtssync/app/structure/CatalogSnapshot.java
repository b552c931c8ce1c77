package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The transaction in which a reader reads the catalogs. Stateless. */
public final class CatalogSnapshot {

    private CatalogSnapshot() {}

    /** Begins it: everything is read as of one moment. */
    public static void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            // A catalog that grew fast has no statistics yet: expecting a few rows, the planner would scan thousands
            // for each.
            statement.execute("SET LOCAL enable_nestloop = off");
            statement.execute("SET LOCAL jit = off");
        }
    }
}
