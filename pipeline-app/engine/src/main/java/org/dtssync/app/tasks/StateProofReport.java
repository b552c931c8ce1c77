package org.dtssync.app.tasks;

import java.util.Optional;
import org.dtssync.app.replay.StateComparison;
import org.dtssync.app.replay.StatementKey;
import org.dtssync.app.state.StateSchema;

/**
 * A database compared with what base and changes make of it: a statement for people, which can be signed, and JSON for programs.
 *
 * @param comparison what was found
 * @param at when, ISO 8601
 * @param against what it was compared with: {@code destination}, or the name of a file
 * @param signature the signature of the statement in Base64; empty if it is not signed
 */
public record StateProofReport(StateComparison comparison, String at, String against, Optional<String> signature)
        implements Report {

    static StateProofReport of(StateComparison comparison, String at, String against, Optional<StatementKey> key) {
        StateProofReport unsigned = new StateProofReport(comparison, at, against, Optional.empty());
        return new StateProofReport(comparison, at, against, key.map(each -> each.sign(unsigned.statement())));
    }

    /** Returns whether every table is equal. */
    public boolean equal() {
        return comparison.equal();
    }

    /** Returns the statement: exactly what is signed, with a line break at its end. */
    public String statement() {
        StringBuilder text = new StringBuilder();
        text.append("Comparison of a database with the base and the topics of task ")
                .append(comparison.task())
                .append('\n');
        line(text, "result", comparison.result());
        comparison.missing().ifPresent(missing -> line(text, "missing", missing));
        line(text, "database", against);
        line(text, "as of", comparison.end().toString());
        line(
                text,
                "base",
                "cut " + comparison.base().number() + " at " + comparison.base().lsn() + ", digest "
                        + comparison.baseDigest());
        for (StateComparison.Table table : comparison.tables()) {
            String found = table.found().map(String::valueOf).orElse("no such table, or none with these columns,");
            line(
                    text,
                    "table " + table.table(),
                    table.equal()
                            ? "equal, " + table.rows() + " rows, digest " + table.digest()
                            : "different, " + table.rows() + " rows expected, " + found + " found");
        }
        line(text, "compared at", at);
        line(text, "compared by", "dts-sync " + StateSchema.program());
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(value).append('\n');
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
        return StateReports.proof(this);
    }
}
