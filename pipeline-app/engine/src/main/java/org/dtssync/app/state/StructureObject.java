package org.dtssync.app.state;

import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * One object of the structure with the SQL that makes it.
 *
 * @param ordinal its place in the order they are made in, from 1
 * @param name names it in the task, for example {@code index:public.orders_by_day}
 * @param kind what it is, for example {@code index}
 * @param section when it is made
 * @param tables the tables its statement locks: first the one it belongs to, then the one a foreign key refers to or it is made a
 *     partition of; may be empty
 * @param statement one SQL statement or several, run in one transaction
 */
public record StructureObject(
        int ordinal, String name, String kind, Section section, List<TableName> tables, String statement) {

    /** Copies the list. */
    public StructureObject {
        tables = List.copyOf(tables);
    }

    /** Returns the table it belongs to, if it belongs to one. */
    public Optional<TableName> table() {
        return tables.stream().findFirst();
    }

    /** Returns whether it makes a partition of a table. */
    public boolean isPartition() {
        return kind.equals("table") && tables.size() > 1;
    }

    /** Returns the same object at another place. */
    public StructureObject at(int newOrdinal) {
        return new StructureObject(newOrdinal, name, kind, section, tables, statement);
    }
}
