package org.dtssync.app.base;

import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/**
 * How a table is read at the destination.
 *
 * @param table its name
 * @param partitioned whether it is the root of partitions
 * @param pages how many pages it can be divided by; 0 if it is read as a whole
 * @param columns its columns in order, without generated ones
 */
record TableLayout(TableName table, boolean partitioned, long pages, List<BaseColumn> columns) {

    /** 512 MB. */
    private static final long PAGES_PER_PART = 1 << 16;

    TableLayout {
        columns = List.copyOf(columns);
    }

    /** Returns the table for FROM and LOCK: partitions belong to it, children of plain inheritance do not. */
    String sql() {
        return partitioned ? table.sql() : "ONLY " + table.sql();
    }

    private String columnsSql() {
        return Identifiers.quoteAll(columns.stream().map(BaseColumn::name).toList());
    }

    /** Returns the statements that read all rows, each of them some. In one snapshot no row changes its place. */
    List<String> copies() {
        String all = "COPY (SELECT " + columnsSql() + " FROM " + sql();
        long parts = Math.max(1, (pages + PAGES_PER_PART - 1) / PAGES_PER_PART);
        if (parts == 1) {
            return List.of(all + ") TO STDOUT");
        }
        List<String> copies = new ArrayList<>();
        for (long part = 0; part < parts; part++) {
            String from = "ctid >= '(" + part * PAGES_PER_PART + ",0)'";
            // What was added since the size was read is behind the last part.
            String to = part == parts - 1 ? "" : " AND ctid < '(" + (part + 1) * PAGES_PER_PART + ",0)'";
            copies.add(all + " WHERE " + from + to + ") TO STDOUT");
        }
        return copies;
    }
}
