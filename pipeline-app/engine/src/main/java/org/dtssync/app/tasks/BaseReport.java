package org.dtssync.app.tasks;

import java.util.Optional;
import org.dtssync.app.base.BaseCheck;
import org.dtssync.app.base.BaseCut;
import org.dtssync.app.base.BaseFault;
import org.dtssync.app.base.BaseManifest;

/**
 * What a base has, and whether it is what was written.
 *
 * @param check what was found
 */
public record BaseReport(BaseCheck check) implements Report {

    /** Returns whether the base is as it was written. */
    public boolean whole() {
        return check.whole();
    }

    /** Returns the first thing that is wrong; empty if nothing is. */
    Optional<BaseFault> firstFault() {
        return check.faults().stream().findFirst();
    }

    @Override
    public String text() {
        BaseManifest manifest = check.manifest();
        BaseCut cut = manifest.cut();
        StringBuilder text =
                new StringBuilder("Base of task " + manifest.task() + ": cut " + cut.number() + " at " + cut.lsn());
        cut.commitTimeMicros().ifPresent(time -> text.append(", committed ").append(CommitTimes.text(time)));
        text.append(".\n")
                .append(manifest.tables().size())
                .append(" tables, ")
                .append(manifest.rows())
                .append(" rows");
        text.append(whole() ? ", as they were written.\n" : ".\n");
        check.faults()
                .forEach(fault -> text.append("fault: ")
                        .append(fault.file())
                        .append(": ")
                        .append(fault.what())
                        .append('\n'));
        text.append("SHA-256 of base.json: ").append(check.digest());
        return text.toString();
    }

    @Override
    public String json() {
        return StateReports.base(this);
    }
}
