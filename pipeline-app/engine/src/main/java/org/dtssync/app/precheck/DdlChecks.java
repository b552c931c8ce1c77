package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.ddl.DdlRecorder;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.EventTriggers;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.schemas.DdlMode;

/** Checks whether commands that change the structure can be carried. */
final class DdlChecks {

    private DdlChecks() {}

    /** Says what the task does, and why; a task that has begun keeps its mode. */
    static void carried(Ends ends, Findings findings) throws SQLException {
        back(ends, findings);
        String account = ends.atSource("SELECT current_user").text();
        boolean possible = DdlRecorder.isPossible(ends.source());
        Optional<DdlMode> kept = ends.ddlMode();
        Optional<DdlMode> asked = kept.or(() -> ends.task().ddl().mode());
        String begun =
                kept.map(mode -> " (" + ends.task().ddl().reason(mode) + ")").orElse("");
        if (asked.isEmpty() && !possible) {
            findings.warn(
                    account,
                    "Account " + account
                            + " may not make event triggers at the source: the task would begin with ddl.mode"
                            + " stop, and stop when the structure of the source changes.",
                    Advice.sql(Place.SOURCE, DdlRecorder.statements(account).toArray(String[]::new))
                            .and("as a superuser, once, before the task begins; or set ddl.mode: stop"));
            return;
        }
        if (asked.isPresent() && !asked.get().carries()) {
            findings.pass(
                    account,
                    "ddl.mode is stop" + begun + ": the task stops when the structure of the source changes. "
                            + (possible
                                    ? "carry and hold are possible too."
                                    : "For carry and hold a superuser has to install event triggers at the source."));
            return;
        }
        String mode = asked.map(DdlChecks::label).orElse("carry");
        if (!possible) {
            findings.fail(
                    account,
                    "Account " + account + " may not make event triggers at the source, which ddl.mode " + mode
                            + " needs.",
                    Advice.sql(Place.SOURCE, DdlRecorder.statements(account).toArray(String[]::new))
                            .and("as a superuser, once" + (kept.isPresent() ? "" : "; or set ddl.mode: stop")));
        }
        earlier(ends)
                .ifPresent(trigger -> findings.warn(
                        trigger,
                        "Event trigger " + trigger
                                + " at the source fires before those of dts-sync: commands that it runs itself are"
                                + " carried before the command that it reacts to.",
                        Advice.text("Give it a name that does not begin with a character before '!'.")));
        findings.passIfNothingFound(
                account,
                "Commands that change the structure can be recorded at the source; ddl.mode is "
                        + (asked.isPresent() ? mode + begun : "auto, which means carry") + "."
                        + (ends.task().ddl().carriesBack()
                                ? " After a switchover they can be recorded at the destination and run at the source as the"
                                        + " roles that own its tables and schemas (ddl.reverse: carry)."
                                : ""));
    }

    private static void back(Ends ends, Findings findings) throws SQLException {
        if (ends.task().ddl().carriesBack() && !DdlRecorder.isPossible(ends.destination())) {
            String account = ends.atDestination("SELECT current_user").text();
            findings.fail(
                    account,
                    "Account " + account
                            + " may not make event triggers at the destination, which ddl.reverse carry needs.",
                    Advice.sql(
                                    Place.DESTINATION,
                                    DdlRecorder.statements(account).toArray(String[]::new))
                            .and("as a superuser, once; or set ddl.reverse: stop"));
        }
        if (ends.task().ddl().carriesBack()) {
            follower(ends, findings);
        }
    }

    /** Commands run at the source as the roles that ran them at the destination: the owners of tables and schemas above all. */
    private static void follower(Ends ends, Findings findings) throws SQLException {
        String account = ends.atSource("SELECT current_user").text();
        if (ends.task().objects().owners() == Owners.DROP) {
            ends.atSource("""
                    SELECT nspname FROM pg_namespace
                    WHERE oid::bigint = ANY (?::bigint[]) AND NOT has_schema_privilege(oid, 'CREATE') ORDER BY nspname COLLATE "C"
                    """, ends.schemas())
                    .texts()
                    .forEach(schema -> findings.warn(
                            schema,
                            "Account " + account + " may not create anything in schema " + schema
                                    + " at the source, as ddl.reverse carry does after a switchover: such a command would"
                                    + " stop reverse replication.",
                            Advice.sql(
                                    Place.SOURCE,
                                    "GRANT CREATE ON SCHEMA " + Identifiers.quote(schema) + " TO "
                                            + Identifiers.quote(account) + ";")));
            return;
        }
        String set = ends.atSource("SELECT current_setting('server_version_num')::int >= 160000")
                        .yes()
                ? "SET"
                : "MEMBER";
        ends.atSource("""
                SELECT DISTINCT r.rolname COLLATE "C" FROM pg_roles r
                WHERE (r.oid IN (SELECT nspowner FROM pg_namespace WHERE oid::bigint = ANY (?::bigint[]))
                       OR r.oid IN (SELECT c.relowner FROM pg_class c
                                    WHERE c.relnamespace::bigint = ANY (?::bigint[]) AND c.relkind IN ('r', 'p', 'v', 'm')))
                  AND r.rolname <> 'pg_database_owner' AND NOT pg_has_role(current_user, r.oid, ?)
                ORDER BY 1
                """, ends.schemas(), ends.schemas(), set)
                .texts()
                .forEach(role -> findings.warn(
                        role,
                        "Account " + account + " at the source is not a member of role " + role
                                + ": with ddl.reverse carry, commands that this role runs at the destination after a"
                                + " switchover could not be run as it at the source, and would stop reverse replication.",
                        Advice.sql(
                                Place.SOURCE,
                                "GRANT " + Identifiers.quote(role) + " TO " + Identifiers.quote(account) + ";")));
    }

    private static String label(DdlMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    /** What a command calls can give the command's role back, and then has the rights of the task's account. */
    static void rights(Ends ends, Findings findings) throws SQLException {
        String account = ends.atDestination("SELECT current_user").text();
        Optional<DdlMode> asked = ends.ddlMode().or(() -> ends.task().ddl().mode());
        DdlMode mode =
                asked.isPresent() ? asked.get() : DdlRecorder.isPossible(ends.source()) ? DdlMode.CARRY : DdlMode.STOP;
        if (mode.carries()) {
            ends.atDestination("""
                    SELECT CASE WHEN rolsuper THEN 'is a superuser'
                                WHEN rolcreaterole THEN 'may create and change roles'
                                ELSE 'may run programs or write files of the server' END
                    FROM pg_roles WHERE rolname = current_user
                      AND (rolsuper OR rolcreaterole OR pg_has_role(oid, 'pg_execute_server_program', 'MEMBER')
                           OR pg_has_role(oid, 'pg_write_server_files', 'MEMBER'))
                    """)
                    .texts()
                    .forEach(how -> findings.warn(
                            account,
                            "Account " + account + " " + how + " at the destination, and ddl.mode is " + label(mode)
                                    + ": a role that may change tables at the source can write a function that gets these"
                                    + " rights when a command calls it.",
                            Advice.text(
                                    "Use an account without these rights at the destination, or trust every role that may"
                                            + " change the structure of the source.")));
        }
        findings.passIfNothingFound(
                account, "Commands of the source get no rights over the destination's server or roles.");
    }

    /** They fire in the order of their names' bytes. */
    private static Optional<String> earlier(Ends ends) throws SQLException {
        return ends.atSource("""
                SELECT evtname FROM pg_event_trigger
                WHERE evtname::text COLLATE "C" < ? AND evtenabled <> 'D'
                  AND evtevent IN ('ddl_command_end', 'sql_drop', 'table_rewrite')
                ORDER BY evtname::text COLLATE "C" LIMIT 1
                """, EventTriggers.OWN).list(row -> row.getString(1)).stream()
                .findFirst();
    }
}
