package org.dtssync.app.moving;

import java.util.List;
import org.dtssync.app.moving.Gate.Group;
import org.dtssync.connectors.postgres.Identifiers;

/** The preconditions of a switch that queries decide. Membership in a superuser's role is never asked for. Stateless. */
final class GateQueries {

    /** Either database: what the switch, or the slot of the opposite direction, would have to wait for. */
    static final List<GateQuery> TRANSACTIONS = List.of(
            new GateQuery(
                    "open-transactions",
                    Group.TRANSACTIONS,
                    "No transaction at the %1$s has been open for 30 seconds.",
                    "s",
                    """
                    SELECT true,
                           format('Transaction of process %%s (user %%s) at the %1$s has been open for %%s seconds.',
                                  pid, usename, extract(epoch FROM clock_timestamp() - xact_start)::bigint),
                           '', format('End it: SELECT pg_terminate_backend(%%s);', pid),
                           extract(epoch FROM clock_timestamp() - xact_start)::bigint, 30::bigint
                    FROM pg_stat_activity
                    WHERE datname = current_database() AND backend_type = 'client backend'
                      AND xact_start < clock_timestamp() - interval '30 seconds'
                      AND NOT starts_with(application_name, '%2$s')
                    """),
            new GateQuery(
                    "prepared-transactions",
                    Group.TRANSACTIONS,
                    "No prepared transaction at the %1$s holds locks.",
                    "",
                    """
                    SELECT true, format('Prepared transaction %%L at the %1$s holds locks.', gid),
                           '', 'COMMIT PREPARED or ROLLBACK PREPARED it.', NULL::bigint, NULL::bigint
                    FROM pg_prepared_xacts WHERE database = current_database()
                    """));

    /** The database that is left: what making it read-only takes. */
    static final List<GateQuery> READ_ONLY = List.of(
            new GateQuery(
                    "database-owner", Group.READ_ONLY, "The account may make the %1$s's database read-only.", "", """
                    SELECT true, 'The account ' || current_user || ' does not own the %1$s''s database, so it cannot set it'
                                 || ' read-only.',
                           CASE WHEN r.rolsuper THEN format('ALTER DATABASE %%I OWNER TO %%I;', datname, current_user)
                                ELSE format('GRANT %%I TO %%I;', r.rolname, current_user) END, '',
                           NULL::bigint, NULL::bigint
                    FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
                    WHERE datname = current_database() AND NOT pg_has_role(datdba, 'USAGE')
                    """),
            new GateQuery("end-sessions", Group.READ_ONLY, "The account may end sessions at the %1$s.", "", """
                    SELECT true, 'The account ' || current_user || ' may not end sessions at the %1$s.',
                           format('GRANT pg_signal_backend TO %%I;', current_user), '', NULL::bigint, NULL::bigint
                    WHERE NOT pg_has_role('pg_signal_backend', 'USAGE')
                    """),
            new GateQuery(
                    "role-default",
                    Group.READ_ONLY,
                    "The account may change every default_transaction_read_only at the %1$s.",
                    "",
                    """
                    SELECT true, 'Role ' || r.rolname || ' has default_transaction_read_only of its own at the %1$s, and the'
                                 || ' account ' || current_user || ' may not change it.',
                           CASE WHEN r.rolsuper THEN '' ELSE format('GRANT %%I TO %%I;', r.rolname, current_user) END,
                           CASE WHEN r.rolsuper THEN 'Reset it there: it is a superuser''s.' ELSE '' END,
                           NULL::bigint, NULL::bigint
                    FROM pg_roles r
                    WHERE NOT pg_has_role(r.oid, 'MEMBER') AND EXISTS (
                        SELECT 1 FROM pg_db_role_setting s, unnest(s.setconfig) c
                        WHERE s.setrole = r.oid AND starts_with(c, 'default_transaction_read_only=')
                          AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database())))
                    """));

    /** The database that applications are moved to, unless our own read-only default is still to be removed there. */
    static final List<GateQuery> WRITABLE =
            List.of(new GateQuery("writable", Group.REPLICATION, "The %1$s's database is writable.", "", """
                    SELECT true, 'The %1$s''s database has default_transaction_read_only = on, so applications could not write'
                                 || ' there.',
                           format('ALTER DATABASE %%I RESET default_transaction_read_only;', current_database()), '',
                           NULL::bigint, NULL::bigint
                    FROM pg_db_role_setting s
                    WHERE s.setrole = 0
                      AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND s.setconfig && ARRAY['default_transaction_read_only=on', 'default_transaction_read_only=true']
                    """));

    /** The database that applications are moved to: what capturing it takes. */
    static final List<GateQuery> CAPTURE = List.of(
            new GateQuery("wal-level", Group.REVERSE, "The %1$s has wal_level logical.", "", """
                    SELECT true, 'The %1$s has wal_level ' || current_setting('wal_level') || ', so data cannot flow back.',
                           'ALTER SYSTEM SET wal_level = logical;', 'Then restart it.', NULL::bigint, NULL::bigint
                    WHERE current_setting('wal_level') <> 'logical'
                    """),
            new GateQuery("replication-slots", Group.REVERSE, "", "", """
                    SELECT used >= available,
                           CASE WHEN used >= available THEN 'The %1$s has no free replication slot.'
                                ELSE 'The %1$s has a free replication slot.' END,
                           '', 'Raise max_replication_slots.', used, available
                    FROM (SELECT (SELECT count(*) FROM pg_replication_slots) AS used,
                                 current_setting('max_replication_slots')::bigint AS available) slots
                    """),
            new GateQuery("wal-senders", Group.REVERSE, "", "", """
                    SELECT used >= available,
                           CASE WHEN used >= available THEN 'The %1$s has no free WAL sender.'
                                ELSE 'The %1$s has a free WAL sender.' END,
                           '', 'Raise max_wal_senders.', used, available
                    FROM (SELECT (SELECT count(*) FROM pg_stat_replication) AS used,
                                 current_setting('max_wal_senders')::bigint AS available) senders
                    """),
            new GateQuery(
                    "create-publication", Group.REVERSE, "The account may make a publication at the %1$s.", "", """
                    SELECT true, 'The account ' || current_user || ' may not make a publication at the %1$s.',
                           format('GRANT CREATE ON DATABASE %%I TO %%I;', current_database(), current_user), '',
                           NULL::bigint, NULL::bigint
                    WHERE NOT has_database_privilege(current_database(), 'CREATE')
                    """),
            // Amazon's managed servers grant replication by membership in a special role.
            new GateQuery("replicate", Group.REVERSE, "The account may replicate from the %1$s.", "", """
                    SELECT true, 'The account ' || current_user || ' may not replicate from the %1$s.',
                           format('ALTER ROLE %%I REPLICATION;', current_user), '', NULL::bigint, NULL::bigint
                    FROM pg_roles WHERE rolname = current_user AND NOT rolreplication AND NOT rolsuper
                      AND NOT EXISTS (SELECT FROM pg_roles m WHERE m.rolname = 'rds_replication'
                                      AND pg_has_role(current_user, m.oid, 'MEMBER'))
                    """),
            new GateQuery("standby", Group.REVERSE, "The %1$s is no standby.", "", """
                    SELECT true, 'The %1$s is a standby.', '', 'Promote it, or name its primary in the task file.',
                           NULL::bigint, NULL::bigint
                    WHERE pg_is_in_recovery()
                    """));

    /** The database that is left: what writing to it takes, once data flows back. */
    static final List<GateQuery> WRITE_BACK = List.of(new GateQuery(
            "temporary-tables", Group.REVERSE, "The account may create temporary tables at the %1$s.", "", """
            SELECT true, 'The account ' || current_user || ' may not create temporary tables at the %1$s, through which changes'
                         || ' flow back.',
                   format('GRANT TEMPORARY ON DATABASE %%I TO %%I;', current_database(), current_user), '',
                   NULL::bigint, NULL::bigint
            WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
            """));

    private GateQueries() {}

    /** Either database: an application's role must exist. */
    static GateQuery exists(String role) {
        return new GateQuery(
                "application-role",
                Group.READ_ONLY,
                "Role " + percents(role) + " exists at the %1$s.",
                "",
                """
                SELECT true, 'Role ' || %1$s || ' of switchover.application.roles does not exist at the %%1$s.',
                       format('CREATE ROLE %%%%I LOGIN;', %1$s), 'Set its password, or take it out of the list.',
                       NULL::bigint, NULL::bigint
                WHERE to_regrole(quote_ident(%1$s)) IS NULL
                """.formatted(percents(Identifiers.literal(role))));
    }

    /** The database that is left: a refused write proves that an application's role cannot write any more. */
    static GateQuery isMember(String role) {
        return new GateQuery(
                "application-role-member",
                Group.READ_ONLY,
                "The account can prove for role " + percents(role) + " that the %1$s is read-only.",
                "",
                """
                SELECT true, 'The account ' || current_user || ' cannot prove for role ' || %1$s
                             || ' that the %%1$s is read-only.',
                       CASE WHEN rolsuper THEN '' ELSE format('GRANT %%%%I TO %%%%I;', rolname, current_user) END,
                       CASE WHEN rolsuper THEN 'Let the application log in with a role that is no superuser.' ELSE '' END,
                       NULL::bigint, NULL::bigint
                FROM pg_roles WHERE rolname = %1$s AND NOT pg_has_role(oid, 'MEMBER')
                """.formatted(percents(Identifiers.literal(role))));
    }

    private static String percents(String text) {
        return text.replace("%", "%%");
    }
}
