package org.dtssync.app.replay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/** Columns whose values are not shown. Remembers which masks were of use, so that a misspelled one is noticed. Not thread-safe. */
final class ColumnMasks {

    /** What stands in place of a value; NULL stays NULL. */
    static final String MASKED = "***";

    private final List<Mask> masks = new ArrayList<>();
    private final Set<Mask> used = new HashSet<>();

    private record Mask(String text, String table, ObjectSelection tables, Pattern column) {}

    /**
     * Reads patterns.
     *
     * @param patterns {@code schema.table.column} with {@code *} and {@code ?}
     * @throws SyncException of kind USAGE if one has another form
     */
    ColumnMasks(List<String> patterns) {
        for (String pattern : patterns) {
            int dot = pattern.lastIndexOf('.');
            String table = dot < 0 ? "" : pattern.substring(0, dot);
            if (table.indexOf('.') <= 0 || dot == pattern.length() - 1) {
                throw new SyncException(
                        FaultKind.USAGE, "--mask " + pattern + " names no column.", "Write it as SCHEMA.TABLE.COLUMN.");
            }
            masks.add(new Mask(
                    pattern,
                    table,
                    new ObjectSelection(List.of(table), List.of(), ObjectSelection.Owners.KEEP),
                    glob(pattern.substring(dot + 1))));
        }
    }

    private static Pattern glob(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char letter = pattern.charAt(i);
            switch (letter) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(String.valueOf(letter)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /** Returns the patterns of the tables. */
    List<String> tables() {
        return masks.stream().map(Mask::table).distinct().toList();
    }

    /** Returns which of a table's columns are masked. */
    boolean[] of(TableName table, List<String> columns) {
        boolean[] masked = new boolean[columns.size()];
        for (Mask mask : masks) {
            if (mask.tables().selects(table.schema(), table.table())) {
                for (int i = 0; i < masked.length; i++) {
                    if (mask.column().matcher(columns.get(i)).matches()) {
                        masked[i] = true;
                        used.add(mask);
                    }
                }
            }
        }
        return masked;
    }

    /**
     * Requires that each mask has matched a column of what was shown.
     *
     * @param shown the tables of which anything was shown
     * @throws SyncException of kind USAGE if one has not
     */
    void requireUsed(Set<TableName> shown) {
        for (Mask mask : masks) {
            boolean concerned = shown.stream().anyMatch(table -> mask.tables().selects(table.schema(), table.table()));
            if (concerned && !used.contains(mask)) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "--mask " + mask.text() + " matches no column of what was printed.",
                        "Check how the column is written; a renamed column has its earlier name in earlier changes.");
            }
        }
    }
}
