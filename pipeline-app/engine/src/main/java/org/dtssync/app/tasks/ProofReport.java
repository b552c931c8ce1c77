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
        StringBuilder text = new StringBuilder();
        text.append("Proof of the topics of task ").append(result.task()).append('\n');
        line(text, "result", result.verdict().label());
        line(text, "from", result.begin().map(ProofReport::cut).orElse("none"));
        line(text, "to", result.end().map(ProofReport::cut).orElse("none"));
        line(text, "cuts", Long.toString(result.cuts()));
        line(text, "records", Long.toString(result.records()));
        line(text, "repeated cuts", Long.toString(result.repeated()));
        line(text, "cuts without digest", Long.toString(result.earlier()));
        line(text, "first fault", result.firstFault().map(this::fault).orElse("none"));
        result.wholeFrom().ifPresent(lsn -> line(text, "whole from", lsn));
        line(
                text,
                "proven at",
                result.provenAt().truncatedTo(ChronoUnit.SECONDS).toString());
        line(text, "proven by", "dts-sync " + result.build());
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(value).append('\n');
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
        return signature
                .map(each -> statement() + "signature (Ed25519): " + each)
                .orElse(statement().stripTrailing());
    }

    @Override
    public String json() {
        return TaskJson.proof(this);
    }
}
