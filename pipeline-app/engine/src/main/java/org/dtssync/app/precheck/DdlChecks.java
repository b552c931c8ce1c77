package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import org.dtssync.app.ddl.DdlRecorder;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.EventTriggers;
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
                        + (asked.isPresent() ? mode + begun : "auto, which means carry") + ".");
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
