package org.dtssync.app.precheck;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/** Whether the two accounts have the rights that the task needs; each remedy is the SQL that grants them. */
final class RightsChecks {

    private RightsChecks() {}

    static void source(Ends ends, Findings findings) throws SQLException {
        String account = ends.atSource("SELECT current_user").text();
        String quoted = Identifiers.quote(account);
        // Amazon's managed servers grant replication by membership in a special role.
        boolean replicates = ends.atSource("""
                SELECT rolsuper OR rolreplication
                       OR EXISTS (SELECT FROM pg_roles m WHERE m.rolname = 'rds_replication'
                                  AND pg_has_role(current_user, m.oid, 'MEMBER'))
                FROM pg_roles WHERE rolname = current_user
                """).yes();
        if (!replicates) {
            findings.fail(
                    account,
                    "Account " + account + " at the source lacks REPLICATION.",
                    Advice.sql(Place.SOURCE, "ALTER ROLE " + quoted + " REPLICATION;"));
        }
        if (!ends.atSource("SELECT has_database_privilege(current_database(), 'CREATE')")
                .yes()) {
            String database = ends.atSource("SELECT current_database()").text();
            findings.fail(
                    account,
                    "Account " + account + " may not create the publication and the schema dts_sync in database "
                            + database + " at the source.",
                    Advice.sql(
                            Place.SOURCE,
                            "GRANT CREATE ON DATABASE " + Identifiers.quote(database) + " TO " + quoted + ";"));
        }
        findings.passIfNothingFound(account, "Account " + account + " has the rights it needs at the source.");
    }

    /**
     * What the account may do with a table, and what it could do as a member of the owner.
     *
     * @param owned whether it has the owner's rights
     * @param superuser whether the owner is a superuser, whose role is granted to nobody
     * @param ownerReads whether the owner may read the table and use its schema
     */
    private record TableRight(
            TableName table,
            String owner,
            boolean superuser,
            boolean owned,
            boolean usable,
            boolean readable,
            boolean ownerReads) {

        /** The membership that is needed anyway brings the rest. */
        boolean comesWithOwner() {
            return !owned && (superuser || ownerReads);
        }
    }

    static void sourceTables(Ends ends, Findings findings) throws SQLException {
        String account = ends.atSource("SELECT current_user").text();
        String quoted = Identifiers.quote(account);
        List<TableRight> rights = ends.atSource("""
                SELECT n.nspname, c.relname, r.rolname, r.rolsuper, pg_has_role(c.relowner, 'USAGE'),
                       has_schema_privilege(n.oid, 'USAGE'), has_table_privilege(c.oid, 'SELECT'),
                       has_schema_privilege(r.oid, n.oid, 'USAGE') AND has_table_privilege(r.oid, c.oid, 'SELECT')
                FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid JOIN pg_namespace n ON n.oid = c.relnamespace
                     JOIN pg_roles r ON r.oid = c.relowner
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                """, oids(ends.captured()))
                .list(row -> new TableRight(
                        new TableName(row.getString(1), row.getString(2)),
                        row.getString(3),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        row.getBoolean(6),
                        row.getBoolean(7),
                        row.getBoolean(8)));
        for (TableRight right : rights) {
            String table = right.table().toString();
            if (!right.owned()) {
                findings.fail(
                        table,
                        "Account " + account + " does not own table " + table + ", which belongs to " + right.owner()
                                + ": only its owner can publish it.",
                        right.superuser()
                                ? otherOwner(ends, right.table(), quoted)
                                : membership(right.owner(), quoted));
            }
            if (!right.usable() && !right.comesWithOwner()) {
                String schema = right.table().schema();
                findings.fail(
                        schema,
                        "Account " + account + " may not use schema " + schema + ", which has selected tables.",
                        Advice.sql(
                                Place.SOURCE,
                                "GRANT USAGE ON SCHEMA " + Identifiers.quote(schema) + " TO " + quoted + ";"));
            }
            if (!right.readable() && !right.comesWithOwner()) {
                findings.fail(
                        table,
                        "Account " + account + " may not read table " + table + ".",
                        Advice.sql(
                                Place.SOURCE,
                                "GRANT SELECT ON TABLE " + right.table().sql() + " TO " + quoted + ";"));
            }
        }
        findings.passIfNothingFound(account, "Account " + account + " may read and publish every selected table.");
    }

    private static Advice membership(String owner, String account) {
        return Advice.sql(Place.SOURCE, "GRANT " + Identifiers.quote(owner) + " TO " + account + ";");
    }

    /** A member of a superuser's role is a superuser, so the tables get an owner that is none. */
    private static Advice otherOwner(Ends ends, TableName table, String account) throws SQLException {
        String owner =
                ends.atSource("SELECT left(current_database(), 57) || '_owner'").text();
        boolean exists = ends.atSource("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ?)", owner)
                .yes();
        String quoted = Identifiers.quote(owner);
        List<String> statements = new ArrayList<>();
        if (!exists) {
            statements.add("CREATE ROLE " + quoted + " NOLOGIN;");
        }
        statements.add("GRANT " + quoted + " TO " + account + ";");
        statements.add("GRANT USAGE, CREATE ON SCHEMA " + Identifiers.quote(table.schema()) + " TO " + quoted + ";");
        statements.add("ALTER TABLE " + table.sql() + " OWNER TO " + quoted + ";");
        return Advice.sql(Place.SOURCE, statements.toArray(String[]::new))
                .and("or let a superuser's account read the source");
    }

    private static List<Long> oids(List<CatalogTable> tables) {
        return tables.stream().map(CatalogTable::oid).toList();
    }

    static void sourceRowSecurity(Ends ends, Findings findings) throws SQLException {
        String account = ends.atSource("SELECT current_user").text();
        for (TableName table : ends.atSource("""
                SELECT n.nspname, c.relname
                FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid JOIN pg_namespace n ON n.oid = c.relnamespace
                -- The membership that the account needs in any case lifts what is not forced.
                WHERE c.relrowsecurity AND row_security_active(c.oid)
                      AND (pg_has_role(c.relowner, 'USAGE') OR c.relforcerowsecurity)
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                """, oids(ends.captured()))
                .list(row -> new TableName(row.getString(1), row.getString(2)))) {
            findings.fail(
                    table.toString(),
                    "Row-level security of table " + table + " hides rows from account " + account
                            + ", which could not copy all of" + " them.",
                    Advice.sql(Place.SOURCE, "ALTER ROLE " + Identifiers.quote(account) + " BYPASSRLS;"));
        }
        findings.passIfNothingFound(account, "No row-level security hides rows from account " + account + ".");
    }

    static void destination(Ends ends, Findings findings) throws SQLException {
        String account = ends.atDestination("SELECT current_user").text();
        String quoted = Identifiers.quote(account);
        if (!ends.atDestination("SELECT has_database_privilege(current_database(), 'CREATE')")
                .yes()) {
            String database = ends.atDestination("SELECT current_database()").text();
            findings.fail(
                    account,
                    "Account " + account + " may not create schemas in database " + database + " at the destination.",
                    Advice.sql(
                            Place.DESTINATION,
                            "GRANT CREATE ON DATABASE " + Identifiers.quote(database) + " TO " + quoted + ";"));
        }
        if (!ends.atDestination("SELECT has_database_privilege(current_database(), 'TEMPORARY')")
                .yes()) {
            String database = ends.atDestination("SELECT current_database()").text();
            findings.fail(
                    account,
                    "Account " + account + " may not create temporary tables in database " + database
                            + " at the destination, through which changes are applied.",
                    Advice.sql(
                            Place.DESTINATION,
                            "GRANT TEMPORARY ON DATABASE " + Identifiers.quote(database) + " TO " + quoted + ";"));
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
                    "Account " + account + " may not create tables in schema " + schema + " at the destination.",
                    Advice.sql(
                            Place.DESTINATION,
                            "GRANT USAGE, CREATE ON SCHEMA " + Identifiers.quote(schema) + " TO " + quoted + ";"));
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
                    Advice.sql(
                            Place.DESTINATION,
                            "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLE " + table.sql() + " TO "
                                    + Identifiers.quote(account) + ";"));
        }
    }

    static List<String> schemaNames(Ends ends) {
        return ends.captured().stream().map(table -> table.name().schema()).toList();
    }

    static List<String> tableNames(Ends ends) {
        return ends.captured().stream().map(table -> table.name().table()).toList();
    }

    /**
     * Policies do not apply to a table's owner, nor to a member of it that has its rights, unless row-level security is forced. A
     * table that is there already has its own owner and its own policies.
     */
    static void destinationRowSecurity(Ends ends, Findings findings) throws SQLException {
        String account = ends.atDestination("SELECT current_user").text();
        List<TableName> there = ends.atDestination("""
                SELECT n.nspname, c.relname
                FROM unnest(?::text[], ?::text[]) t(nspname, relname)
                     JOIN pg_namespace n USING (nspname) JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.relname
                """, schemaNames(ends), tableNames(ends))
                .list(row -> new TableName(row.getString(1), row.getString(2)));
        List<TableName> bound = new ArrayList<>(ends.atDestination("""
                SELECT n.nspname, c.relname
                FROM unnest(?::text[], ?::text[]) t(nspname, relname)
                     JOIN pg_namespace n USING (nspname) JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.relname
                WHERE c.relrowsecurity AND row_security_active(c.oid)
                ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                """, schemaNames(ends), tableNames(ends))
                .list(row -> new TableName(row.getString(1), row.getString(2))));
        boolean bypasses = ends.atDestination(
                        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
                .yes();
        if (!bypasses) {
            // With owners: drop every table belongs to the account.
            List<String> owners = ends.task().objects().owners() == Owners.DROP
                    ? ends.atSource("SELECT rolname FROM pg_roles").texts()
                    : ends.atDestination("SELECT rolname FROM pg_roles WHERE pg_has_role(oid, 'USAGE')")
                            .texts();
            ends
                    .atSource("""
                            SELECT n.nspname, c.relname
                            FROM unnest(?::bigint[]) t JOIN pg_class c ON c.oid = t::oid
                                 JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE c.relrowsecurity
                              AND (c.relforcerowsecurity OR NOT pg_get_userbyid(c.relowner) = ANY (?::text[]))
                            ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
                            """, oids(ends.captured()), owners)
                    .list(row -> new TableName(row.getString(1), row.getString(2)))
                    .stream()
                    .filter(table -> !there.contains(table))
                    .forEach(bound::add);
        }
        for (TableName table : bound) {
            findings.fail(
                    table.toString(),
                    "Table " + table + " has row-level security, which account " + account
                            + " at the destination cannot bypass: changes could not be applied.",
                    Advice.sql(Place.DESTINATION, "ALTER ROLE " + Identifiers.quote(account) + " BYPASSRLS;"));
        }
        findings.passIfNothingFound(
                account, "No row-level security restricts account " + account + " at the destination.");
    }

    static void replicationRole(Ends ends, Findings findings) throws SQLException {
        String account = ends.atDestination("SELECT current_user").text();
        if (!maySetReplicationRole(ends.destination())) {
            boolean grantable = ends.atDestination("SELECT current_setting('server_version_num')::int >= 150000")
                    .yes();
            Advice remedy = grantable
                    ? Advice.sql(
                            Place.DESTINATION,
                            "GRANT SET ON PARAMETER session_replication_role TO " + Identifiers.quote(account) + ";")
                    : Advice.text(
                            Place.DESTINATION,
                            "Use a superuser's account at the destination, or a destination of PostgreSQL 15 or later, where"
                                    + " the right can be granted.");
            long atSource = ends.atSource("""
                    SELECT count(DISTINCT relation)
                    FROM (SELECT tgrelid AS relation FROM pg_trigger WHERE tgenabled IN ('O', 'A')
                          UNION ALL SELECT ev_class FROM pg_rewrite WHERE ev_enabled IN ('O', 'A')) acting
                    WHERE relation = ANY (SELECT unnest(?::bigint[])::oid)
                    """, oids(ends.tables())).number();
            // Tables that are there already have triggers of their own.
            long atDestination =
                    ends.atDestination("""
                    SELECT count(*)
                    FROM unnest(?::text[], ?::text[]) t(nspname, relname)
                         JOIN pg_namespace n USING (nspname)
                         JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.relname
                    WHERE EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgenabled IN ('O', 'A'))
                       OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid AND ev_enabled IN ('O', 'A'))
                    """, schemaNames(ends), tableNames(ends)).number();
            long acting = Math.max(atSource, atDestination);
            if (acting > 0) {
                findings.fail(
                        account,
                        "Account " + account
                                + " may not set session_replication_role at the destination: triggers, rules and"
                                + " foreign keys of " + acting + (acting == 1 ? " table" : " tables")
                                + " would fire a second time for every change.",
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

    /** Tries it, and reverts it: managed servers allow it in ways that the catalog does not show. */
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
