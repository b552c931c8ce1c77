package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * The role under which triggers, rules and foreign keys of the tables do not act. An account without the right to it may
 * write as long as there are none.
 *
 * @param tables what will be written
 */
record ReplicaRole(List<AppliedTable> tables) {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    /**
     * Takes the role for the session.
     *
     * @param connection in autocommit mode
     * @throws SyncException of kind PERMISSION if the account may not, and something would act
     */
    void take(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
        } catch (SQLException e) {
            if (!INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                throw e;
            }
            requireNothingActs(connection, e);
        }
    }

    private void requireNothingActs(Connection connection, SQLException refused) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT n.nspname || '.' || c.relname
                FROM unnest(?::text[], ?::text[]) AS wanted (schema_name, table_name)
                JOIN pg_namespace n ON n.nspname = wanted.schema_name
                JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name
                WHERE EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgenabled IN ('O', 'A'))
                   OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid AND ev_enabled IN ('O', 'A'))
                ORDER BY 1 LIMIT 1
                """)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            tables.stream().map(table -> table.table().schema()).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text",
                            tables.stream().map(table -> table.table().table()).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    throw new SyncException(
                            FaultKind.PERMISSION,
                            "The destination's account may not set session_replication_role, and table "
                                    + rows.getString(1)
                                    + " has a trigger, a rule or a foreign key that would act a second time.",
                            "Grant it as dts-sync precheck says (before PostgreSQL 15 only to a superuser), then run again.",
                            refused);
                }
            }
        }
    }
}
