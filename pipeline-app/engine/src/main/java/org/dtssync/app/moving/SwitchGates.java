package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dtssync.app.moving.Gate.Group;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Identifiers;
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
 * @param wayBack whether data must be able to flow back, and applications to be moved back
 */
public record SwitchGates(
        DatabaseConnections from,
        DatabaseConnections to,
        List<TableName> tables,
        List<String> applicationRoles,
        String ownSessions,
        boolean writable,
        boolean wayBack) {

    /** Copies the lists. */
    public SwitchGates {
        tables = List.copyOf(tables);
        applicationRoles = List.copyOf(applicationRoles);
    }

    /** Tables of one owner have one cause: the account is no member of it. */
    private static final String TABLES = """
            WITH RECURSIVE published AS (
                SELECT to_regclass(name)::oid AS relation FROM unnest(?) name WHERE to_regclass(name) IS NOT NULL
                UNION
                SELECT i.inhrelid FROM published
                JOIN pg_class c ON c.oid = published.relation AND c.relkind = 'p'
                JOIN pg_inherits i ON i.inhparent = c.oid
            ), judged AS (
                SELECT format('%I.%I', n.nspname, c.relname) AS name, ? AS role,
                       pg_has_role(c.relowner, 'USAGE') AS owned, r.rolname AS owner, r.rolsuper AS super,
                       c.relkind <> 'r' OR c.relreplident = 'f' OR EXISTS (
                           SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indimmediate AND i.indisvalid
                             AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END)
                       AS identified
                FROM published JOIN pg_class c ON c.oid = published.relation
                JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
            ), found AS (
                SELECT 'table-owner' AS id, role, 'of role ' || owner AS owned_by,
                       CASE WHEN NOT super THEN format('GRANT %I TO %I;', owner, current_user)
                            ELSE string_agg(format('ALTER TABLE %s OWNER TO %I;', name, current_user), ' ' ORDER BY name) END
                       AS sql,
                       array_agg(name ORDER BY name) AS names
                FROM judged WHERE NOT owned GROUP BY role, owner, super
                UNION ALL
                SELECT 'replica-identity', role, '',
                       string_agg(format('ALTER TABLE %s REPLICA IDENTITY FULL;', name), ' ' ORDER BY name),
                       array_agg(name ORDER BY name)
                FROM judged WHERE NOT identified GROUP BY role
            ), named AS (
                SELECT *, CASE WHEN cardinality(names) = 1 THEN 'table ' || names[1]
                               ELSE cardinality(names) || ' tables (' || array_to_string(names[1:3], ', ')
                                    || CASE WHEN cardinality(names) > 3 THEN ' and ' || cardinality(names) - 3 || ' more)'
                                            ELSE ')' END END AS which
                FROM found
            )
            SELECT id,
                   CASE id WHEN 'table-owner'
                       THEN format('The account %s does not own %s %s at the %s, which reverse replication has to publish.',
                                   current_user, which, owned_by, role)
                       ELSE format('No usable replica identity at the %s: %s. Once it is published for reverse replication,'
                                   ' updates of it would fail.', role, which) END,
                   sql, CASE id WHEN 'table-owner' THEN '' ELSE 'Or add a primary key.' END
            FROM named ORDER BY id DESC, 2
            """;

    /** A table where a write that flows back would act a second time. */
    private static final String ACTING = """
            SELECT w.name FROM unnest(?) AS w(name)
            WHERE EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(w.name) AND tgenabled IN ('O', 'A'))
               OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = to_regclass(w.name) AND ev_enabled IN ('O', 'A'))
            ORDER BY 1 LIMIT 1
            """;

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final int PARAMETERS_ARE_GRANTED = 15;

    /** Returns what every check found, the same order each time. */
    public List<Gate> gates() {
        List<Gate> gates = new ArrayList<>();
        gates.addAll(ask(from, GateQueries.TRANSACTIONS));
        // The slot of the other direction waits for every transaction that is open there.
        gates.addAll(ask(to, GateQueries.TRANSACTIONS));
        if (writable) {
            gates.addAll(ask(to, GateQueries.WRITABLE));
        }
        gates.addAll(rights());
        return List.copyOf(gates);
    }

    /** Returns what accounts and servers must be able to do: it holds or not long before applications are moved. */
    public List<Gate> rights() {
        List<Gate> gates = new ArrayList<>(ask(from, readOnly()));
        gates.addAll(logins());
        List<GateQuery> existing =
                applicationRoles.stream().map(GateQueries::exists).toList();
        if (!wayBack) {
            gates.addAll(ask(to, existing));
            return List.copyOf(gates);
        }
        gates.addAll(ask(to, GateQueries.CAPTURE));
        gates.addAll(tableGates());
        gates.addAll(ask(from, GateQueries.WRITE_BACK));
        gates.add(writeBack());
        if (from.role() == End.SOURCE) {
            // A rollback closes the other database.
            gates.addAll(ask(to, readOnly()).stream()
                    .map(gate -> gate.in(Group.ROLLBACK))
                    .toList());
        }
        return List.copyOf(gates);
    }

    /** A role that was made for its grants alone would keep an application out of the database that it is moved to. */
    private List<Gate> logins() {
        if (applicationRoles.isEmpty()) {
            return List.of();
        }
        String id = "application-role-login";
        Set<String> shut = roles(from, true);
        shut.retainAll(roles(to, false));
        return shut.isEmpty()
                ? List.of(Gate.pass(
                        id, Group.READ_ONLY, "The applications' roles can log in at the " + to.role() + " as before."))
                : shut.stream()
                        .map(role -> Gate.fail(
                                        id,
                                        Group.READ_ONLY,
                                        "Role " + role + " cannot log in at the " + to.role()
                                                + ", although it can at the " + from.role() + ".",
                                        "Set its password too.")
                                .at(to.role().label(), "ALTER ROLE " + Identifiers.quote(role) + " LOGIN;"))
                        .toList();
    }

    /** Returns those of the applications' roles that exist in a database and can log in there, or cannot. */
    private Set<String> roles(DatabaseConnections database, boolean login) {
        return database.inTransaction("The roles of the " + database.role() + " could not be read", connection -> {
            Set<String> found = new TreeSet<>();
            try (PreparedStatement statement = connection.prepareStatement(
                    "SELECT rolname FROM pg_roles WHERE rolname = ANY (?) AND rolcanlogin = ?")) {
                statement.setArray(1, connection.createArrayOf("text", applicationRoles.toArray()));
                statement.setBoolean(2, login);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(rows.getString(1));
                    }
                }
            }
            return found;
        });
    }

    private List<GateQuery> readOnly() {
        List<GateQuery> queries = new ArrayList<>(GateQueries.READ_ONLY);
        for (String role : applicationRoles) {
            queries.add(GateQueries.exists(role));
            queries.add(GateQueries.isMember(role));
        }
        return queries;
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
                statement.setArray(1, names(connection));
                statement.setString(2, to.role().label());
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(Gate.fail(rows.getString(1), Group.REVERSE, rows.getString(2), rows.getString(4))
                                .at(to.role().label(), rows.getString(3)));
                    }
                }
            }
            return found.isEmpty()
                    ? List.of(Gate.pass(
                            "tables", Group.REVERSE, "The account can publish all tables at the " + to.role() + "."))
                    : found;
        });
    }

    private java.sql.Array names(Connection connection) throws SQLException {
        return connection.createArrayOf(
                "text", tables.stream().map(TableName::sql).toArray());
    }

    /** Reverse replication writes with triggers and foreign keys disabled, or to tables that have none. */
    private Gate writeBack() {
        String id = "session-replication-role";
        if (mayDisableTriggers()) {
            return Gate.pass(
                    id, Group.REVERSE, "The account may set session_replication_role at the " + from.role() + ".");
        }
        String account = from.settings().user();
        return from.inTransaction("The triggers of the " + from.role() + " could not be checked", connection -> {
            Optional<String> acting = acting(connection);
            if (acting.isEmpty()) {
                return Gate.pass(
                        id,
                        Group.REVERSE,
                        "No table of the " + from.role() + " has a trigger, a rule or a foreign key.");
            }
            boolean grantable = connection.getMetaData().getDatabaseMajorVersion() >= PARAMETERS_ARE_GRANTED;
            Gate gate = Gate.fail(
                    id,
                    Group.REVERSE,
                    "The account " + account + " may not set session_replication_role at the " + from.role()
                            + ", so data cannot flow back: triggers, rules or foreign keys, such as those of table "
                            + acting.get() + ", would act a second time.",
                    grantable
                            ? ""
                            : "Before PostgreSQL 15 only a superuser may: use such an account, or switch over with"
                                    + " --one-way.");
            return gate.at(
                    from.role().label(),
                    grantable
                            ? "GRANT SET ON PARAMETER session_replication_role TO " + Identifiers.quote(account) + ";"
                            : "");
        });
    }

    private boolean mayDisableTriggers() {
        try {
            return from.inTransaction("session_replication_role could not be set", connection -> {
                try (PreparedStatement statement =
                        connection.prepareStatement("SET LOCAL session_replication_role = replica")) {
                    statement.execute();
                    return true;
                }
            });
        } catch (SyncException e) {
            if (e.getCause() instanceof SQLException refused && INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private Optional<String> acting(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ACTING)) {
            statement.setArray(1, names(connection));
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        }
    }
}
