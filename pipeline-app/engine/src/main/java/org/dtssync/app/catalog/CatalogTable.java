package org.dtssync.app.catalog;

import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * One table of the source, as in its catalog: a plain table, the root of a partition tree, or a member of one.
 * Immutable.
 *
 * @param oid its object identifier
 * @param name its name
 * @param rootOid the object identifier of its partition tree's root; its own if it is not a partition
 * @param root the root's name; its own if it is not a partition
 * @param kind what it is
 * @param persistence whether its changes are in the WAL
 * @param identity what PostgreSQL logs of old rows
 * @param keyColumns the replica identity's columns in key order; empty if none can serve as a key
 * @param deferrablePrimaryKey whether its primary key is deferrable, and therefore cannot be the replica identity
 * @param replicated whether it has a column whose values are replicated: not if all are generated, or there are none
 * @param rows rows by the statistics, 0 for a partitioned table itself
 * @param bytes size without indexes, 0 for a partitioned table itself
 * @param toastBytes the part of it that is stored out of line
 */
public record CatalogTable(
        long oid,
        TableName name,
        long rootOid,
        TableName root,
        Kind kind,
        Persistence persistence,
        Identity identity,
        Optional<List<String>> keyColumns,
        boolean deferrablePrimaryKey,
        boolean replicated,
        long rows,
        long bytes,
        long toastBytes) {

    /** What a table is. */
    public enum Kind {
        /** A table that stores rows. */
        PLAIN,
        /** A partitioned table, whose rows are stored in its partitions. */
        PARTITIONED,
        /** A foreign table, alone or as a partition. */
        FOREIGN
    }

    /** Whether a table's changes are in the WAL. */
    public enum Persistence {
        /** They are. */
        PERMANENT,
        /** They are not, and a crash empties it. */
        UNLOGGED,
        /** They are not, and it ends with its session. */
        TEMPORARY
    }

    /** What PostgreSQL logs of an old row: the setting {@code REPLICA IDENTITY}. */
    public enum Identity {
        /** The primary key's columns. */
        DEFAULT,
        /** The columns of an index chosen by name. */
        INDEX,
        /** All columns. */
        FULL,
        /** Nothing. */
        NOTHING
    }

    /** Copies the key. */
    public CatalogTable {
        keyColumns = keyColumns.map(List::copyOf);
    }

    /** Returns whether this is a partition of another table. */
    public boolean isPartition() {
        return oid != rootOid;
    }

    /** Returns whether the task captures it, as a table or as the root of its partitions. */
    public boolean isCaptured() {
        return !isPartition() && kind != Kind.FOREIGN && persistence == Persistence.PERMANENT && replicated;
    }

    /** Returns whether updates and deletes of this table still work once it is published. */
    public boolean hasUsableIdentity() {
        return kind != Kind.PLAIN || identity == Identity.FULL || keyColumns.isPresent();
    }
}
