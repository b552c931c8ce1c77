package org.dtssync.app.structure;

import java.util.List;
import org.dtssync.app.state.Section;
import org.dtssync.connectors.postgres.TableName;

/**
 * An object with the SQL that creates it, before it has a place in the order.
 *
 * @param address what it creates; for a statement that only changes something, what it changes
 * @param stage what it does to that
 * @param kind what it is, for example {@code index}
 * @param name its name without its kind
 * @param section the earliest section for it
 * @param tables the tables its statement locks
 * @param statement the SQL
 */
record PrintedObject(
        ObjectAddress address,
        Stage stage,
        String kind,
        String name,
        Section section,
        List<TableName> tables,
        String statement) {

    /** What a statement does to its object. */
    enum Stage {
        /** Creates something in its place that others can refer to, until what it needs exists. */
        PLACEHOLDER,
        /** Creates it. */
        CREATION,
        /** Changes it once it exists. */
        CHANGE
    }

    /** Copies the list. */
    PrintedObject {
        tables = List.copyOf(tables);
    }

    /** Returns the same object with a statement that replaces its placeholder. */
    PrintedObject replacing() {
        String replacement = statement.replaceFirst("\\ACREATE (FUNCTION|PROCEDURE|VIEW) ", "CREATE OR REPLACE $1 ");
        return new PrintedObject(
                address, stage, kind, name, section, tables, "-- Replaces its placeholder.\n" + replacement);
    }

    /** Returns the same object with a name. */
    PrintedObject named(String other) {
        return new PrintedObject(address, stage, kind, other, section, tables, statement);
    }

    /** Returns the same object in a section. */
    PrintedObject in(Section other) {
        return new PrintedObject(address, stage, kind, name, other, tables, statement);
    }
}
