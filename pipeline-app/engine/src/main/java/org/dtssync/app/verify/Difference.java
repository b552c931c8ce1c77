package org.dtssync.app.verify;

import java.util.List;
import java.util.Locale;
import org.dtssync.connectors.postgres.TableName;

/**
 * One row that differs. Its key is shown to the person who asked; it is never logged.
 *
 * @param table the table
 * @param key the key's text: the value of a single column, {@code (a,b)} for several, {@code row hash ...} for a table
 *     without a key, and {@code (table)} or {@code (columns)} if the table or columns of it are missing as a whole
 * @param keyTexts the key's values as texts, by which the row can be read again; empty if it is not a row with a key
 * @param kind in what way it differs
 * @param columns the columns that differ, for changed rows
 */
public record Difference(TableName table, String key, List<String> keyTexts, Kind kind, List<String> columns) {

    /** In what way a row differs. */
    public enum Kind {
        /** The destination lacks it. */
        MISSING,
        /** Only the destination has it. */
        EXTRA,
        /** Both have it with different values. */
        CHANGED;

        /** Returns the name shown in JSON. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A difference that is not of one row, or whose key is known as one text only. */
    public Difference(TableName table, String key, Kind kind, List<String> columns) {
        this(table, key, List.of(), kind, columns);
    }

    /** Copies the lists. */
    public Difference {
        keyTexts = List.copyOf(keyTexts);
        columns = List.copyOf(columns);
    }
}
