package org.dtssync.app.catalog;

import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * One table of the source as its catalog has it: a plain table, the root of a partition tree, or a member of one.
 * Immutable.
 *
 * @param oid its object identifier
 * @param name its name
 * @param rootOid the object identifier of its partition tree's root; its own if it is no partition
 * @param root the root's name; its own if it is no partition
 * @param kind what it is
 * @param persistence whether its changes are in the WAL
 * @param identity what PostgreSQL writes of old rows
 * @param keyColumns the replica identity's columns in key order; empty if it has none that could serve as a key
 * @param deferrablePrimaryKey whether its primary key is deferrable, and therefore no replica identity
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
        long rows,
        long bytes,
        long toastBytes) {

    /** What a table is. */
    public enum Kind {
        /** A table with rows of its own. */
        PLAIN,
        /** A partitioned table, whose rows are its partitions'. */
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

    /** What PostgreSQL writes of an old row: the setting {@code REPLICA IDENTITY}. */
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

    /** Returns whether updates and deletes of this table still work once it is published. */
    public boolean hasUsableIdentity() {
        return kind != Kind.PLAIN || identity == Identity.FULL || keyColumns.isPresent();
    }
}
