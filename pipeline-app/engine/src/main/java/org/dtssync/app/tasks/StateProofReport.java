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
        StatementLines text = new StatementLines(
                "Comparison of a database with the base and the topics of task " + comparison.task());
        text.line("result", comparison.result());
        comparison.missing().ifPresent(missing -> text.line("missing", missing));
        text.line("database", against);
        text.line("as of", comparison.end().toString());
        text.line(
                "base",
                "cut " + comparison.base().number() + " at " + comparison.base().lsn() + ", digest "
                        + comparison.baseDigest());
        for (StateComparison.Table table : comparison.tables()) {
            String found = table.found().map(String::valueOf).orElse("no such table, or none with these columns,");
            text.line(
                    "table " + table.table(),
                    table.equal()
                            ? "equal, " + table.rows() + " rows, digest " + table.digest()
                            : "different, " + table.rows() + " rows expected, " + found + " found");
        }
        text.line("compared at", at);
        text.line("compared by", "dts-sync " + StateSchema.program());
        return text.text();
    }

    /** Returns the statement, and its signature below it. */
    @Override
    public String text() {
        return StatementLines.signed(statement(), signature);
    }

    @Override
    public String json() {
        return StateReports.proof(this);
    }
}
