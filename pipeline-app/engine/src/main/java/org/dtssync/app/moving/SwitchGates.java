package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/**
 * The preconditions of a switch in both databases, each finding a sentence with its remedy.
 *
 * @param from the database that applications use
 * @param to the database they are to use
 * @param tables the selected tables
 * @param applicationRoles the applications' login roles
 * @param ownSessions beginning of the application names of our own sessions
 * @param writable whether {@code to} must be writable already; not if our read-only gate is still to be removed
 */
public record SwitchGates(
        DatabaseConnections from,
        DatabaseConnections to,
        List<TableName> tables,
        List<String> applicationRoles,
        String ownSessions,
        boolean writable) {

    /** Copies the lists. */
    public SwitchGates {
        tables = List.copyOf(tables);
        applicationRoles = List.copyOf(applicationRoles);
    }

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
            SELECT 'Role ' || r.rolname || ' has default_transaction_read_only of its own at the %1$s, and the account '
                   || current_user || ' may not change it for the fence. Run: GRANT ' || quote_ident(r.rolname) || ' TO '
                   || quote_ident(current_user) || ';'
            FROM pg_roles r
            WHERE NOT pg_has_role(r.oid, 'MEMBER') AND EXISTS (
                SELECT 1 FROM pg_db_role_setting s, unnest(s.setconfig) c
                WHERE s.setrole = r.oid AND starts_with(c, 'default_transaction_read_only=')
                  AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))
            """;

    private static final String FOREIGN_FENCE = """
            SELECT 'The %1$s''s database has default_transaction_read_only = on, so applications could not write there. Run:'
                   || ' ALTER DATABASE ' || quote_ident(current_database()) || ' RESET default_transaction_read_only;'
            FROM pg_db_role_setting s
            WHERE s.setrole = 0 AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND s.setconfig && ARRAY['default_transaction_read_only=on', 'default_transaction_read_only=true']
            """;

    private static final String CAPTURE_RIGHTS = """
            SELECT 'The %1$s has wal_level ' || current_setting('wal_level') || ', so data cannot flow back. Run: ALTER SYSTEM'
                   || ' SET wal_level = logical; and restart it.'
            WHERE current_setting('wal_level') <> 'logical'
            UNION ALL
            SELECT 'The %1$s has no free replication slot. Raise max_replication_slots.'
            WHERE (SELECT count(*) FROM pg_replication_slots) >= current_setting('max_replication_slots')::int
            UNION ALL
            SELECT 'The %1$s has no free WAL sender. Raise max_wal_senders.'
            WHERE (SELECT count(*) FROM pg_stat_replication) >= current_setting('max_wal_senders')::int
            UNION ALL
            SELECT 'The account ' || current_user || ' may not make a publication at the %1$s. Run: GRANT CREATE ON DATABASE '
                   || quote_ident(current_database()) || ' TO ' || quote_ident(current_user) || ';'
            WHERE NOT has_database_privilege(current_database(), 'CREATE')
            UNION ALL
            SELECT 'The account ' || current_user || ' may not replicate from the %1$s. Run: ALTER ROLE '
                   || quote_ident(current_user) || ' REPLICATION;'
            FROM pg_roles WHERE rolname = current_user AND NOT rolreplication AND NOT rolsuper
            UNION ALL
            SELECT 'The %1$s is a standby.' WHERE pg_is_in_recovery()
            """;

    private static final String TABLES = """
            WITH RECURSIVE published AS (
                SELECT to_regclass(name)::oid AS relation FROM unnest(?) name WHERE to_regclass(name) IS NOT NULL
                UNION
                SELECT i.inhrelid FROM published
                JOIN pg_class c ON c.oid = published.relation AND c.relkind = 'p'
                JOIN pg_inherits i ON i.inhparent = c.oid
            ), judged AS (
                SELECT format('%I.%I', n.nspname, c.relname) AS name, ? AS role,
                       pg_has_role(c.relowner, 'USAGE') AS owned, pg_get_userbyid(c.relowner) AS owner,
                       c.relkind <> 'r' OR c.relreplident = 'f' OR EXISTS (
                           SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indimmediate AND i.indisvalid
                             AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END)
                       AS identified
                FROM published JOIN pg_class c ON c.oid = published.relation
                JOIN pg_namespace n ON n.oid = c.relnamespace
            )
            SELECT format('The account %s does not own table %s at the %s, so it cannot publish it for reverse replication. Run:'
                          ' GRANT %I TO %I;', current_user, name, role, owner, current_user)
            FROM judged WHERE NOT owned
            UNION ALL
            SELECT format('Table %s has no usable replica identity at the %s: once it is published for reverse replication, updates'
                          ' of it would fail. Add a primary key or run: ALTER TABLE %s REPLICA IDENTITY FULL;', name, role, name)
            FROM judged WHERE NOT identified
            ORDER BY 1
            """;

    /** Returns the preconditions that are not met; empty if all are met. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        problems.addAll(ask(from, LONG_TRANSACTIONS));
        problems.addAll(ask(from, PREPARED_TRANSACTIONS));
        // The slot for reverse replication waits for every transaction that is open there.
        problems.addAll(ask(to, LONG_TRANSACTIONS));
        problems.addAll(ask(to, PREPARED_TRANSACTIONS));
        problems.addAll(ask(from, FENCING_RIGHTS));
        problems.addAll(ask(to, CAPTURE_RIGHTS));
        for (String role : applicationRoles) {
            problems.addAll(ask(from, existence(role)));
            problems.addAll(ask(from, membership(role)));
            problems.addAll(ask(to, existence(role)));
        }
        if (writable) {
            problems.addAll(ask(to, FOREIGN_FENCE));
        }
        problems.addAll(tableProblems());
        problems.addAll(writeBack());
        return problems;
    }

    private static String existence(String role) {
        return """
                SELECT 'Role ' || %1$s || ' of switchover.application.roles does not exist at the %%1$s. Make it, or take it'
                       || ' out of the list.'
                WHERE to_regrole(quote_ident(%1$s)) IS NULL
                """.formatted(Identifiers.literal(role).replace("%", "%%"));
    }

    private static String membership(String role) {
        return """
                SELECT 'The account ' || current_user || ' cannot prove the fence for role ' || %1$s || '. Run: GRANT '
                       || quote_ident(%1$s) || ' TO ' || quote_ident(current_user) || ';'
                FROM pg_roles WHERE rolname = %1$s AND NOT pg_has_role(oid, 'MEMBER')
                """.formatted(Identifiers.literal(role).replace("%", "%%"));
    }

    /** Reverse replication publishes the tables: the account must own them, and updates must not start to fail. */
    private List<String> tableProblems() {
        return to.inTransaction("The tables of the " + to.role() + " could not be checked", connection -> {
            List<String> found = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
                statement.setArray(
                        1,
                        connection.createArrayOf(
                                "text", tables.stream().map(TableName::sql).toArray()));
                statement.setString(2, to.role().label());
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(rows.getString(1));
                    }
                }
            }
            return found;
        });
    }

    private List<String> ask(DatabaseConnections database, String sql) {
        return database.inTransaction("The " + database.role() + " could not be queried", connection -> {
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

    /** Reverse replication writes with triggers and foreign keys disabled. */
    private List<String> writeBack() {
        try (Connection connection = from.open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            return List.of();
        } catch (SQLException e) {
            return List.of("The account " + from.settings().user() + " may not set session_replication_role at the "
                    + from.role()
                    + ", so reverse replication is impossible. Run there as a superuser: GRANT SET ON PARAMETER"
                    + " session_replication_role TO it; (PostgreSQL 15 and later, before that a superuser is needed).");
        }
    }
}
