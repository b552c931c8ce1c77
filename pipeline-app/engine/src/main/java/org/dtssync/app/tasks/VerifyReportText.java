package org.dtssync.app.tasks;

import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.sequences.SequenceFinding;
import org.dtssync.app.verify.Difference;
import org.dtssync.app.verify.TableResult;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.TableName;

/** Formats a report for people: an aligned table, then the differences. Stateless. */
final class VerifyReportText {

    private VerifyReportText() {}

    /** Returns the report as lines, each ended. */
    static String render(VerifyReport report) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("table", "rows", "chunks", "equal", "missing", "extra", "changed"));
        for (TableResult result : report.tables()) {
            lines.add(List.of(
                    result.table().toString(),
                    Long.toString(result.rows()),
                    Integer.toString(result.chunks()),
                    result.equal() ? "yes" : "NO",
                    Long.toString(result.missing()),
                    Long.toString(result.extra()),
                    Long.toString(result.changed())));
        }
        StringBuilder text = new StringBuilder();
        align(lines, text);
        for (Difference difference : report.differences()) {
            text.append(difference.kind().label()).append(' ').append(difference.table());
            text.append(" key ").append(difference.key());
            if (!difference.columns().isEmpty()) {
                text.append(" columns ").append(String.join(", ", difference.columns()));
            }
            text.append('\n');
        }
        for (SequenceFinding finding : report.sequences()) {
            text.append("sequence ").append(finding.sequence()).append(": ");
            text.append(finding.sentence().replace("\n", "\n    ")).append('\n');
        }
        for (TableName table : report.notCompared()) {
            text.append("not compared ")
                    .append(table)
                    .append(": the stream has none of its rows; the next switch copies")
                    .append(" them if the task does\n");
        }
        long unlike = report.tables().stream().filter(table -> !table.equal()).count();
        text.append(summary(unlike, report.tables().size()))
                .append(sequences(report.wrongSequences(), unlike == 0))
                .append(" as of ")
                .append(report.lsn())
                .append(".\n");
        return text.toString();
    }

    private static String summary(long unlike, int tables) {
        if (tables == 1) {
            return unlike == 0 ? "The table is equal" : "The table differs";
        }
        return unlike == 0 ? "All " + tables + " tables are equal" : unlike + " of " + tables + " tables differ";
    }

    private static String sequences(long wrong, boolean equal) {
        if (wrong == 0) {
            return "";
        }
        return (equal ? ", but " : ", and ")
                + (wrong == 1 ? "1 sequence is not right" : wrong + " sequences are not right");
    }

    /** The first column is text and left-aligned; the others are right-aligned. */
    private static void align(List<List<String>> lines, StringBuilder text) {
        int columns = lines.get(0).size();
        int[] widths = new int[columns];
        for (List<String> line : lines) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            text.append(line.get(0)).append(" ".repeat(widths[0] - line.get(0).length()));
            for (int i = 1; i < columns; i++) {
                text.append("  ")
                        .append(" ".repeat(widths[i] - line.get(i).length()))
                        .append(line.get(i));
            }
            text.append('\n');
        }
    }
}
