package org.dtssync.app.switchover;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * What must hold before applications are moved, asked of both databases, each finding a sentence with its remedy.
 *
 * @param from the database that applications use
 * @param to the database they are to use
 * @param applicationRoles the applications' login roles
 * @param ownSessions beginning of the application names of our own sessions
 */
public record SwitchGates(
        DatabaseConnections from, DatabaseConnections to, List<String> applicationRoles, String ownSessions) {

    private static final String LONG_TRANSACTIONS = """
            SELECT format('Transaction of process %%s (user %%s) at the %1$s has been open for %%s seconds. End it:'
                          ' SELECT pg_terminate_backend(%%s);',
                          pid, usename, extract(epoch FROM clock_timestamp() - xact_start)::bigint, pid)
            FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend'
              AND xact_start < clock_timestamp() - interval '30 seconds' AND NOT starts_with(application_name, '%2$s')
            """;

    private static final String PREPARED_TRANSACTIONS = """
            SELECT format('Prepared transaction %%L at the %1$s holds locks. COMMIT PREPARED or ROLLBACK PREPARED it.', gid)
            FROM pg_prepared_xacts WHERE database = current_database()
            """;

    private static final String FENCING_RIGHTS = """
            SELECT 'The account ' || current_user || ' does not own the %1$s''s database, so it cannot set it read-only.'
                   || ' Run: GRANT ' || quote_ident(pg_get_userbyid(datdba)) || ' TO ' || quote_ident(current_user) || ';'
            FROM pg_database WHERE datname = current_database() AND NOT pg_has_role(datdba, 'USAGE')
            UNION ALL
            SELECT 'The account ' || current_user || ' may not end sessions at the %1$s. Run: GRANT pg_signal_backend TO '
                   || quote_ident(current_user) || ';'
            WHERE NOT pg_has_role('pg_signal_backend', 'USAGE')
            UNION ALL
            SELECT 'The %1$s has default_transaction_read_only set already, for the database or a role in it. Reset it:'
                   || ' the switchover sets and resets it by itself.'
            FROM pg_db_role_setting s
            WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
              AND EXISTS (SELECT 1 FROM unnest(s.setconfig) c WHERE starts_with(c, 'default_transaction_read_only='))
            """;

    private static final String CAPTURE_RIGHTS = """
            SELECT 'The %1$s has wal_level ' || current_setting('wal_level') || ', so data cannot flow back. Run: ALTER SYSTEM'
                   || ' SET wal_level = logical; and restart it.'
            WHERE current_setting('wal_level') <> 'logical'
            UNION ALL
            SELECT 'The %1$s has no free replication slot. Raise max_replication_slots.'
            WHERE (SELECT count(*) FROM pg_replication_slots) >= current_setting('max_replication_slots')::int
            UNION ALL
            SELECT 'The account ' || current_user || ' may not replicate from the %1$s. Run: ALTER ROLE '
                   || quote_ident(current_user) || ' REPLICATION;'
            FROM pg_roles WHERE rolname = current_user AND NOT rolreplication AND NOT rolsuper
            UNION ALL
            SELECT 'The %1$s is a standby.' WHERE pg_is_in_recovery()
            """;

    /** Returns everything that stands in the way; empty if nothing does. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        problems.addAll(ask(from, LONG_TRANSACTIONS));
        problems.addAll(ask(from, PREPARED_TRANSACTIONS));
        problems.addAll(ask(from, FENCING_RIGHTS));
        problems.addAll(ask(to, CAPTURE_RIGHTS));
        for (String role : applicationRoles) {
            problems.addAll(ask(from, roleQuery(role)));
        }
        problems.addAll(writeBack());
        return problems;
    }

    private static String roleQuery(String role) {
        String name = "'" + role.replace("'", "''") + "'";
        return """
                SELECT 'Role ' || %1$s || ' of switchover.application.roles does not exist at the %%1$s.'
                WHERE to_regrole(quote_ident(%1$s)) IS NULL
                UNION ALL
                SELECT 'The account ' || current_user || ' cannot prove the fence for role ' || %1$s || '. Run: GRANT '
                       || quote_ident(%1$s) || ' TO ' || quote_ident(current_user) || ';'
                FROM pg_roles WHERE rolname = %1$s AND NOT pg_has_role(oid, 'MEMBER')
                """.formatted(name.replace("%", "%%"));
    }

    private List<String> ask(DatabaseConnections database, String sql) {
        return database.inTransaction("The " + database.role() + " could not be asked", connection -> {
            List<String> found = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery(sql.formatted(database.role(), ownSessions.replace("'", "''")))) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        });
    }

    /** What flows back is written with triggers and foreign keys switched off. */
    private List<String> writeBack() {
        try (Connection connection = from.open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            return List.of();
        } catch (SQLException e) {
            return List.of("The account " + from.settings().user() + " may not set session_replication_role at the "
                    + from.role() + ", so data cannot flow back. Run there as a superuser: GRANT SET ON PARAMETER"
                    + " session_replication_role TO it; (PostgreSQL 15 and later, before that a superuser is needed).");
        }
    }
}
