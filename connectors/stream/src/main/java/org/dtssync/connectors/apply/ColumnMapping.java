package org.dtssync.connectors.apply;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.TopicNames;

/**
 * Which field of a record goes into which column of the target table, and what goes into columns without a field.
 *
 * <p>A record without a column that the table has is an error, or writing it would set that column to NULL. Only a record
 * from before an accepted change of the structure may lack what the change added. Immutable.
 */
final class ColumnMapping {

    /** Schema parameter in which capture names a column's PostgreSQL type. */
    private static final String TYPE_PARAMETER = "postgresql.type";

    private static final int IGNORED = -2;
    private static final int UNKNOWN = -1;

    private final TargetTable table;
    private final Optional<EarlierStructure> earlier;
    private final Field[] fields;
    private final int[] columns;
    private final Object[] template;

    private ColumnMapping(TargetTable table, Schema schema, Optional<EarlierStructure> earlier) {
        this.table = table;
        this.earlier = earlier;
        List<Field> all = schema.fields();
        this.fields = all.toArray(new Field[0]);
        this.columns = new int[fields.length];
        this.template = new Object[table.columns().size()];
    }

    /**
     * Maps a record's schema.
     *
     * @param earlier how the record may differ from the table; empty if it must not
     * @throws SyncException of kind STRUCTURE_CHANGED if a column is on one side only
     */
    static ColumnMapping of(TargetTable table, Schema schema, Optional<EarlierStructure> earlier) {
        ColumnMapping mapping = new ColumnMapping(table, schema, earlier);
        mapping.map();
        return mapping;
    }

    /** Returns a new row with what columns without a field get. */
    Object[] newRow() {
        return template.clone();
    }

    int size() {
        return fields.length;
    }

    Field field(int index) {
        return fields[index];
    }

    /** Returns the column a field goes into; negative if it goes nowhere. */
    int column(int index) {
        return columns[index];
    }

    /** Returns the column that a column of the record's own structure is now; negative if it was dropped. */
    int columnNow(String name) {
        int column = target(name);
        if (column == UNKNOWN) {
            throw missing(name);
        }
        return column;
    }

    private void map() {
        boolean[] seen = new boolean[template.length];
        for (int i = 0; i < fields.length; i++) {
            String name = TopicNames.unescape(fields[i].name());
            columns[i] = columnNow(name);
            if (columns[i] >= 0) {
                requireSameType(fields[i], columns[i]);
                seen[columns[i]] = true;
            }
        }
        boolean differs = Arrays.stream(columns).anyMatch(column -> column == IGNORED);
        for (int i = 0; i < seen.length; i++) {
            if (!seen[i]) {
                template[i] = added(table.columns().get(i).name());
                differs = true;
            }
        }
        if (differs && !table.hasKey()) {
            // Its rows are found by all their values, and these have other columns.
            throw reload("Table " + table.name()
                    + " has no key, and changes from before its shape changed are still waiting.");
        }
    }

    private int target(String name) {
        Optional<String> now = earlier.map(EarlierStructure::names)
                .map(names -> names.get(name))
                .orElse(Optional.of(name));
        return now.isEmpty() ? IGNORED : table.indexOf(now.get());
    }

    private void requireSameType(Field field, int column) {
        String type = earlier.map(
                        one -> one.retyped().get(table.columns().get(column).name()))
                .orElse(null);
        if (type != null) {
            String sent = field.schema().parameters() == null
                    ? null
                    : field.schema().parameters().get(TYPE_PARAMETER);
            if (!type.equals(sent)) {
                throw reload("Table " + table.name() + " has changes from before its column "
                        + table.columns().get(column).name() + " changed its type.");
            }
        }
    }

    private Object added(String column) {
        if (earlier.isEmpty() || !earlier.get().added().containsKey(column)) {
            throw new SyncException(
                    FaultKind.STRUCTURE_CHANGED,
                    "Column " + column + " of table " + table.name() + " exists only at the destination.",
                    "Drop it there, or add it at the source and accept the schema change.");
        }
        return earlier.get().added().get(column).orElse(null);
    }

    private SyncException missing(String column) {
        return earlier.isPresent()
                ? reload("Column " + column + " of table " + table.name() + " does not exist at the destination.")
                : DestinationFaults.missing(table.name(), column);
    }

    private SyncException reload(String what) {
        return new SyncException(FaultKind.STRUCTURE_CHANGED, what, "Run with --resnapshot " + table.name() + ".");
    }
}
