package org.dtssync.app.generator;

import java.util.ArrayList;
import java.util.List;

/** A generated table or view as it is now; later statements may change it. */
final class Relation {

    final String schema;
    String name;
    final List<Column> columns = new ArrayList<>();
    /** Columns of the primary key. */
    final List<Column> key = new ArrayList<>();

    final boolean isView;
    final boolean isPartitioned;
    /** Whether a trigger or a rule can act instead of writing it. */
    boolean isWritable = true;
    /** Whether a foreign key can refer to it: its rows are its own. */
    boolean canBeReferred = true;
    /** Whether the rows of the test can be inserted. */
    boolean isFilled = true;
    /** Whether columns can be added. */
    boolean isExtensible = true;
    /** Whether other tables inherit from it or are its partitions. */
    boolean hasChildren;

    Relation(String schema, String name, boolean isView, boolean isPartitioned) {
        this.schema = schema;
        this.name = name;
        this.isView = isView;
        this.isPartitioned = isPartitioned;
    }

    String sql() {
        return Draft.quote(schema) + "." + Draft.quote(name);
    }
}
