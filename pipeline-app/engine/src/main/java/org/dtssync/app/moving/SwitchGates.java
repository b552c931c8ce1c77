package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.moving.Gate.Group;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.TableName;

/**
 * The preconditions of a switch that both databases decide: transactions, rights and settings. Changes nothing, waits for
 * nothing.
 *
 * @param from the database that applications use
 * @param to the database they are to use
 * @param tables the selected tables
 * @param applicationRoles the applications' login roles
 * @param ownSessions beginning of the application names of our own sessions
 * @param writable whether {@code to} must be writable already; not where our own read-only default is still to be removed
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
            SELECT 'table-owner',
                   format('The account %s does not own table %s at the %s, so it cannot publish it for reverse replication.',
                          current_user, name, role), format('Run: GRANT %I TO %I;', owner, current_user)
            FROM judged WHERE NOT owned
            UNION ALL
            SELECT 'replica-identity',
                   format('Table %s has no usable replica identity at the %s: once it is published for reverse replication,'
                          ' updates of it would fail.', name, role),
                   format('Add a primary key or run: ALTER TABLE %s REPLICA IDENTITY FULL;', name)
            FROM judged WHERE NOT identified
            ORDER BY 2
            """;

    /** Returns what every check found, the same order each time. */
    public List<Gate> gates() {
        List<Gate> gates = new ArrayList<>();
        List<GateQuery> left = new ArrayList<>(GateQueries.TRANSACTIONS);
        // The slot of the other direction waits for every transaction that is open there.
        List<GateQuery> entered = new ArrayList<>(GateQueries.TRANSACTIONS);
        left.addAll(GateQueries.READ_ONLY);
        entered.addAll(GateQueries.CAPTURE);
        for (String role : applicationRoles) {
            left.add(GateQueries.exists(role));
            left.add(GateQueries.isMember(role));
            entered.add(GateQueries.exists(role));
        }
        if (writable) {
            entered.addAll(GateQueries.WRITABLE);
        }
        gates.addAll(ask(from, left));
        gates.addAll(ask(to, entered));
        gates.addAll(tableGates());
        gates.add(writeBack());
        return List.copyOf(gates);
    }

    private List<Gate> ask(DatabaseConnections database, List<GateQuery> queries) {
        return database.inTransaction("The " + database.role() + " could not be queried", connection -> {
            List<Gate> gates = new ArrayList<>();
            for (GateQuery query : queries) {
                gates.addAll(query.ask(connection, database.role().label(), ownSessions));
            }
            return gates;
        });
    }

    /** Reverse replication publishes the tables: the account must own them, and updates must not begin to fail. */
    private List<Gate> tableGates() {
        return to.inTransaction("The tables of the " + to.role() + " could not be checked", connection -> {
            List<Gate> found = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
                statement.setArray(
                        1,
                        connection.createArrayOf(
                                "text", tables.stream().map(TableName::sql).toArray()));
                statement.setString(2, to.role().label());
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(Gate.fail(rows.getString(1), Group.REVERSE, rows.getString(2), rows.getString(3)));
                    }
                }
            }
            return found.isEmpty()
                    ? List.of(Gate.pass(
                            "tables", Group.REVERSE, "The account can publish all tables at the " + to.role() + "."))
                    : found;
        });
    }

    /** Reverse replication writes with triggers and foreign keys disabled. */
    private Gate writeBack() {
        String id = "session-replication-role";
        try (Connection connection = from.open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            return Gate.pass(
                    id, Group.REVERSE, "The account may set session_replication_role at the " + from.role() + ".");
        } catch (SQLException e) {
            return Gate.fail(
                    id,
                    Group.REVERSE,
                    "The account " + from.settings().user() + " may not set session_replication_role at the "
                            + from.role() + ", so data cannot flow back.",
                    "Run there as a superuser: GRANT SET ON PARAMETER session_replication_role TO it; (PostgreSQL 15 and"
                            + " later, before that a superuser is needed).");
        }
    }
}
