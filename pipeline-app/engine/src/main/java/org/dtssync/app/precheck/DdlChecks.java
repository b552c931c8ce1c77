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

    /** What is possible is said in mode stop too; there nothing is missing. */
    static void carried(Ends ends, Findings findings) throws SQLException {
        String account = ends.atSource("SELECT current_user").text();
        boolean possible = DdlRecorder.mayInstall(ends.source()) || DdlRecorder.isInstalled(ends.source());
        DdlMode mode = ends.task().ddl().mode();
        if (!mode.carries()) {
            findings.pass(
                    account,
                    "ddl.mode is stop: the task stops when the structure of the source changes. "
                            + (possible
                                    ? "carry and hold are possible too."
                                    : "For carry and hold a superuser has to install event triggers at the source."));
            return;
        }
        if (!possible) {
            findings.fail(
                    account,
                    "Account " + account + " may not make event triggers at the source, which ddl.mode "
                            + mode.name().toLowerCase(Locale.ROOT) + " needs.",
                    Advice.sql(Place.SOURCE, DdlRecorder.statements(account).toArray(String[]::new))
                            .and("as a superuser, once; or set ddl.mode: stop"));
        }
        earlier(ends)
                .ifPresent(trigger -> findings.warn(
                        trigger,
                        "Event trigger " + trigger
                                + " at the source fires before those of dts-sync: commands that it runs itself are"
                                + " carried before the command that it reacts to.",
                        Advice.text("Give it a name that does not begin with a character before '!'.")));
        findings.passIfNothingFound(account, "Commands that change the structure can be recorded at the source.");
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
