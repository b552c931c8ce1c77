package org.dtssync.app.tasks;

import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.dtssync.app.replay.ProofFault;
import org.dtssync.app.replay.ProofResult;
import org.dtssync.app.replay.ProofResult.ProvenCut;
import org.dtssync.app.replay.ProofResult.Verdict;
import org.dtssync.app.replay.StatementKey;

/**
 * The result of a proof: a statement for people, which can be signed, and JSON for programs.
 *
 * @param result what was found
 * @param signature the signature of the statement in Base64; empty if it is not signed
 */
public record ProofReport(ProofResult result, Optional<String> signature) implements Report {

    static ProofReport of(ProofResult result, Optional<StatementKey> key) {
        ProofReport unsigned = new ProofReport(result, Optional.empty());
        return new ProofReport(result, key.map(each -> each.sign(unsigned.statement())));
    }

    /** Returns whether every record is there and as it was written. */
    public boolean intact() {
        return result.verdict() == Verdict.INTACT;
    }

    /** Returns the statement: exactly what is signed, with a line break at its end. */
    public String statement() {
        StatementLines text = new StatementLines("Proof of the topics of task " + result.task());
        text.line("result", result.verdict().label());
        text.line("from", result.begin().map(ProofReport::cut).orElse("none"));
        text.line("to", result.end().map(ProofReport::cut).orElse("none"));
        text.line("cuts", Long.toString(result.cuts()));
        text.line("records", Long.toString(result.records()));
        text.line("repeated cuts", Long.toString(result.repeated()));
        text.line("cuts without digest", Long.toString(result.earlier()));
        text.line("first fault", result.firstFault().map(this::fault).orElse("none"));
        result.wholeFrom().ifPresent(lsn -> text.line("whole from", lsn));
        text.line("proven at", result.provenAt().truncatedTo(ChronoUnit.SECONDS).toString());
        text.line("proven by", "dts-sync " + result.build());
        return text.text();
    }

    private static String cut(ProvenCut cut) {
        return "cut " + cut.sequence() + " at " + cut.lsn()
                + cut.commitTimeMicros()
                        .map(micros -> ", committed " + CommitTimes.text(micros))
                        .orElse("")
                + ", digest " + cut.digest();
    }

    private String fault(ProofFault fault) {
        return "topic " + fault.topic() + ", offset " + fault.offset() + ", cut " + fault.cut() + ": " + fault.what();
    }

    /** Returns the statement, and its signature below it. */
    @Override
    public String text() {
        return StatementLines.signed(statement(), signature);
    }

    @Override
    public String json() {
        return TaskJson.proof(this);
    }
}
