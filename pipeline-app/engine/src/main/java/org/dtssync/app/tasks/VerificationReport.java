package org.dtssync.app.tasks;

import org.dtssync.app.verify.VerifyReport;

/**
 * The result of a verification.
 *
 * @param report as the engine reports it
 */
public record VerificationReport(VerifyReport report) implements Report {

    /** Returns whether both databases are equal, and every sequence would hand out fresh numbers. */
    public boolean equal() {
        return report.clean();
    }

    @Override
    public String json() {
        return TaskJson.verification(report);
    }

    @Override
    public String text() {
        return VerifyReportText.render(report).stripTrailing();
    }
}
