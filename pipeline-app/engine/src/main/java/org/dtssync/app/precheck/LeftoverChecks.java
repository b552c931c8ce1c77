package org.dtssync.app.precheck;

import java.sql.SQLException;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.TaskProgress;

/** Whether what an earlier task of this name left behind, and what the state says, go together. */
final class LeftoverChecks {

    private LeftoverChecks() {}

    static void leftovers(Ends ends, Findings findings) throws SQLException {
        boolean slot = ends.atSource(
                        "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = ?)",
                        ends.task().slot())
                .yes();
        boolean publication = ends.atSource(
                        "SELECT EXISTS (SELECT FROM pg_publication WHERE pubname = ?)",
                        ends.task().publication())
                .yes();
        if (ends.progress().isPresent()) {
            known(ends, ends.progress().get(), slot, publication, findings);
        } else {
            unknown(ends, slot, publication, findings);
        }
        findings.passIfNothingFound("task " + ends.task().name(), "Nothing is left of an earlier task of this name.");
    }

    private static void unknown(Ends ends, boolean slot, boolean publication, Findings findings) {
        String slotName = ends.task().slot();
        if (slot) {
            findings.fail(
                    slotName,
                    "Replication slot " + slotName + " exists at the source, but the destination knows no task "
                            + ends.task().name() + ".",
                    "Run dts-sync release with this task file, or at the source: SELECT pg_drop_replication_slot('"
                            + slotName + "');");
        }
        if (publication) {
            findings.fail(
                    ends.task().publication(),
                    "Publication " + ends.task().publication()
                            + " exists at the source, but the destination knows no task "
                            + ends.task().name() + ".",
                    "Run dts-sync release with this task file, or at the source: DROP PUBLICATION \""
                            + ends.task().publication() + "\";");
        }
    }

    private static void known(Ends ends, TaskProgress progress, boolean slot, boolean publication, Findings findings)
            throws SQLException {
        String name = ends.task().name();
        String system = ends.atSource("SELECT system_identifier::text FROM pg_control_system()")
                .text();
        if (progress.sourceSystemIdentifier().isPresent()
                && !progress.sourceSystemIdentifier().get().equals(system)) {
            findings.fail(
                    "task " + name,
                    "Task " + name + " has begun with another source server: that one had system identifier "
                            + progress.sourceSystemIdentifier().get() + ", this one has " + system + ".",
                    "Correct source.url, or run dts-sync release and begin again.");
        }
        if (progress.phase().isAfter(Phase.PREPARE) && !(slot && publication)) {
            findings.fail(
                    "task " + name,
                    "Task " + name + " is in phase " + progress.phase().label() + ", but its "
                            + (slot
                                    ? "publication " + ends.task().publication()
                                    : "replication slot " + ends.task().slot())
                            + " is gone from the source: changes may be lost.",
                    "Run dts-sync release with this task file, and begin again.");
        }
        findings.passIfNothingFound(
                "task " + name,
                "Task " + name + " has begun and is in phase "
                        + progress.phase().label() + ".");
    }
}
