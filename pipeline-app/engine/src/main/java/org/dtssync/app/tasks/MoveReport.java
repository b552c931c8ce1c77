package org.dtssync.app.tasks;

import java.util.Locale;
import java.util.stream.Collectors;
import org.dtssync.app.state.EndpointResult;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.state.SwitchReportJson;

/**
 * The result of a switchover, a rollback or a completion.
 *
 * @param report as the engine reports it
 */
public record MoveReport(SwitchReport report) implements Report {

    @Override
    public String json() {
        return SwitchReportJson.write(report);
    }

    /** Returns what was measured, if anything was, and what to do next. */
    @Override
    public String text() {
        String measured = report.lsn() == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "writes blocked      %.3f s%nposition            %s%nsequences set       %d%n",
                        report.stallSeconds(),
                        report.lsn(),
                        report.sequences());
        String verified = report.lsn() == null && report.verification().equals("skipped")
                ? ""
                : String.format(
                        "verification        %s%n",
                        report.verifiedAt() == null
                                ? report.verification()
                                : "equal, verified at " + report.verifiedAt());
        String applications =
                report.applications().isEmpty() ? "" : String.format("applications        %s%n", report.applications());
        return String.format(
                "%s: %s%n%s%s%s%snext: %s",
                report.direction(), done(), applications, measured, steps(), verified, report.next());
    }

    /** How long each step took, of a move or a rehearsal: where the time went in which applications waited. */
    private String steps() {
        if (report.lsn() == null || report.steps().isEmpty()) {
            return "";
        }
        return report.steps().stream()
                        .map(step -> String.format(Locale.ROOT, "%s %.3f s", step.step(), step.seconds()))
                        .collect(Collectors.joining(", ", "steps               ", ""))
                + System.lineSeparator();
    }

    private String done() {
        if (!report.moved()) {
            return report.lsn() == null
                    ? "dry run, all preconditions are met"
                    : "rehearsal passed, nothing was changed";
        }
        return report.endpoint() == EndpointResult.FAILED ? "done, but applications were not repointed" : "done";
    }
}
