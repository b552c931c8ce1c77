package org.dtssync.app.precheck;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/** Whether the two accounts may do what the task does; each remedy is the SQL that grants it. */
final class RightsChecks {

    private RightsChecks() {}

    static void source(Ends ends, Findings findings) throws SQLException {
        String account = ends.atSource("SELECT current_user").text();
        String quoted = Identifiers.quote(account);
        // Amazon's managed servers grant replication by membership in a role of theirs.
        boolean replicates = ends.atSource("""
                SELECT rolsuper OR rolreplication
                       OR EXISTS (SELECT FROM pg_roles m WHERE m.rolname = 'rds_replication'
                                  AND pg_has_role(current_user, m.oid, 'MEMBER'))
                FROM pg_roles WHERE rolname = current_user
                """).yes();
        if (!replicates) {
            findings.fail(
                    account,
                    "Account " + account + " at the source may not replicate.",
                    "ALTER ROLE " + quoted + " REPLICATION;");
        }
        if (!ends.atSource("SELECT has_database_privilege(current_database(), 'CREATE')")
                .yes()) {
            String database = ends.atSource("SELECT current_database()").text();
            findings.fail(
                    account,
                    "Account " + account + " may not make the publication and the schema dts_sync in database "
                            + database + " at the source.",
                    "GRANT CREATE ON DATABASE " + Identifiers.quote(database) + " TO " + quoted + ";");
        }
        findings.passIfNothingFound(account, "Account " + account + " has the rights it needs at the source.");
    }

    private record TableRight(TableName table, String owner, boolean owned, boolean usable, boolean readable) {}

    static void sourceTables(Ends ends, Findings findings) throws SQLException {
        String account = ends.atSource("SELECT current_user").text();
        String quoted = Identifiers.quote(account);
        for (TableRight right : ends.atSource("""
                SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'USAGE'),
                       has_schema_privilege(n.oid, 'USAGE'), has_table_privilege(c.oid, 'SELECT')
                FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid JOIN pg_namespace n ON n.oid = c.relnamespace
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                """, oids(ends.captured()))
                .list(row -> new TableRight(
                        new TableName(row.getString(1), row.getString(2)),
                        row.getString(3),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        row.getBoolean(6)))) {
            String table = right.table().toString();
            if (!right.owned()) {
                findings.fail(
                        table,
                        "Account " + account + " does not own table " + table + ", which belongs to " + right.owner()
                                + ": only its owner can publish it.",
                        "GRANT " + Identifiers.quote(right.owner()) + " TO " + quoted + ";");
            }
            if (!right.usable()) {
                findings.fail(
                        table,
                        "Account " + account + " may not use schema "
                                + right.table().schema() + " of table " + table + ".",
                        "GRANT USAGE ON SCHEMA "
                                + Identifiers.quote(right.table().schema()) + " TO " + quoted + ";");
            }
            if (!right.readable()) {
                findings.fail(
                        table,
                        "Account " + account + " may not read table " + table + ".",
                        "GRANT SELECT ON TABLE " + right.table().sql() + " TO " + quoted + ";");
            }
        }
        findings.passIfNothingFound(account, "Account " + account + " may read and publish every selected table.");
    }

    private static List<Long> oids(List<CatalogTable> tables) {
        return tables.stream().map(CatalogTable::oid).toList();
    }

    static void sourceRowSecurity(Ends ends, Findings findings) throws SQLException {
        String account = ends.atSource("SELECT current_user").text();
        for (TableName table : ends.atSource("""
                SELECT n.nspname, c.relname
                FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relrowsecurity AND row_security_active(c.oid)
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                """, oids(ends.captured()))
                .list(row -> new TableName(row.getString(1), row.getString(2)))) {
            findings.fail(
                    table.toString(),
                    "Row security of table " + table + " hides rows from account " + account
                            + ", which could not copy all of" + " them.",
                    "ALTER ROLE " + Identifiers.quote(account) + " BYPASSRLS;");
        }
        findings.passIfNothingFound(account, "No row security hides rows from account " + account + ".");
    }

    static void destination(Ends ends, Findings findings) throws SQLException {
        String account = ends.atDestination("SELECT current_user").text();
        String quoted = Identifiers.quote(account);
        if (!ends.atDestination("SELECT has_database_privilege(current_database(), 'CREATE')")
                .yes()) {
            String database = ends.atDestination("SELECT current_database()").text();
            findings.fail(
                    account,
                    "Account " + account + " may not make schemas in database " + database + " at the destination.",
                    "GRANT CREATE ON DATABASE " + Identifiers.quote(database) + " TO " + quoted + ";");
        }
        if (!ends.atDestination("SELECT has_database_privilege(current_database(), 'TEMPORARY')")
                .yes()) {
            String database = ends.atDestination("SELECT current_database()").text();
            findings.fail(
                    account,
                    "Account " + account + " may not make temporary tables in database " + database
                            + " at the destination, through which changes are applied.",
                    "GRANT TEMPORARY ON DATABASE " + Identifiers.quote(database) + " TO " + quoted + ";");
        }
        List<String> schemas = ends.captured().stream()
                .map(table -> table.name().schema())
                .distinct()
                .toList();
        for (String schema : ends.atDestination("""
                SELECT nspname FROM pg_namespace
                WHERE nspname = ANY (?::text[]) AND NOT has_schema_privilege(oid, 'CREATE') ORDER BY nspname COLLATE "C"
                """, schemas).texts()) {
            findings.fail(
                    schema,
                    "Account " + account + " may not make tables in schema " + schema + " at the destination.",
                    "GRANT USAGE, CREATE ON SCHEMA " + Identifiers.quote(schema) + " TO " + quoted + ";");
        }
        existingTables(ends, findings, account);
        findings.passIfNothingFound(account, "Account " + account + " has the rights it needs at the destination.");
    }

    private static void existingTables(Ends ends, Findings findings, String account) throws SQLException {
        if (ends.task().destination().existing() == Existing.FAIL
                && ends.progress().isEmpty()) {
            return;
        }
        for (TableName table : ends.atDestination("""
                SELECT n.nspname, c.relname
                FROM unnest(?::text[], ?::text[]) t(nspname, relname)
                     JOIN pg_namespace n USING (nspname) JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.relname
                WHERE c.relkind IN ('r', 'p')
                  AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                           AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')
                           AND has_table_privilege(c.oid, 'TRUNCATE'))
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                """, schemaNames(ends), tableNames(ends))
                .list(row -> new TableName(row.getString(1), row.getString(2)))) {
            findings.fail(
                    table.toString(),
                    "Account " + account + " may not read and write table " + table + " at the destination.",
                    "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLE " + table.sql() + " TO "
                            + Identifiers.quote(account) + ";");
        }
    }

    static List<String> schemaNames(Ends ends) {
        return ends.captured().stream().map(table -> table.name().schema()).toList();
    }

    static List<String> tableNames(Ends ends) {
        return ends.captured().stream().map(table -> table.name().table()).toList();
    }

    static void destinationRowSecurity(Ends ends, Findings findings) throws SQLException {
        String account = ends.atDestination("SELECT current_user").text();
        boolean bypasses = ends.atDestination(
                        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
                .yes();
        // An owner is not bound by its tables' policies, unless they are forced on it.
        boolean owns = ends.task().objects().owners() == Owners.DROP;
        List<TableName> bound = bypasses
                ? List.of()
                : ends.atSource("""
                        SELECT n.nspname, c.relname
                        FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid
                             JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.relrowsecurity AND (c.relforcerowsecurity OR NOT ?)
                        ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                        """, oids(ends.captured()), owns)
                        .list(row -> new TableName(row.getString(1), row.getString(2)));
        for (TableName table : bound) {
            findings.fail(
                    table.toString(),
                    "Table " + table + " has row security, which account " + account
                            + " at the destination cannot pass by: its changes could not be applied.",
                    "ALTER ROLE " + Identifiers.quote(account) + " BYPASSRLS;");
        }
        findings.passIfNothingFound(
                account, "No row security stands in the way of account " + account + " at the destination.");
    }

    static void replicationRole(Ends ends, Findings findings) throws SQLException {
        String account = ends.atDestination("SELECT current_user").text();
        if (!maySetReplicationRole(ends.destination())) {
            boolean grantable = ends.atDestination("SELECT current_setting('server_version_num')::int >= 150000")
                    .yes();
            String remedy = grantable
                    ? "GRANT SET ON PARAMETER session_replication_role TO " + Identifiers.quote(account) + ";"
                    : "ALTER ROLE " + Identifiers.quote(account)
                            + " SUPERUSER; -- before PostgreSQL 15 nothing less will do";
            long acting = ends.atSource("""
                    SELECT count(DISTINCT relation)
                    FROM (SELECT tgrelid AS relation FROM pg_trigger WHERE tgenabled IN ('O', 'A')
                          UNION ALL SELECT ev_class FROM pg_rewrite WHERE ev_enabled IN ('O', 'A')) acting
                    WHERE relation = ANY (SELECT unnest(?::bigint[])::oid)
                    """, oids(ends.tables())).number();
            if (acting > 0) {
                findings.fail(
                        account,
                        "Account " + account
                                + " may not set session_replication_role at the destination: triggers, rules and"
                                + " foreign keys of " + acting + (acting == 1 ? " table" : " tables")
                                + " would act a second time on every change.",
                        remedy);
            } else {
                findings.warn(
                        account,
                        "Account " + account
                                + " may not set session_replication_role at the destination. No selected table"
                                + " has a trigger, a rule or a foreign key now, but none may be added.",
                        remedy);
            }
        }
        findings.passIfNothingFound(account, "Account " + account + " may set session_replication_role.");
    }

    /** Tries it, and takes it back: managed servers allow it in ways the catalog does not show. */
    private static boolean maySetReplicationRole(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
            try {
                statement.execute("SET LOCAL session_replication_role = replica");
                return true;
            } catch (SQLException e) {
                if ("42501".equals(e.getSQLState())) {
                    return false;
                }
                throw e;
            } finally {
                statement.execute("ROLLBACK");
            }
        }
    }
}
