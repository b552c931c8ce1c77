package org.dtssync.app.structure.pgdump;

import java.util.Arrays;
import java.util.List;

/**
 * One entry of an archive's table of contents. Texts that the archive leaves out are empty.
 *
 * @param id its number in the archive, which dependencies refer to
 * @param catalog the oid of the system catalog that describes the object, 0 if it is no object of its own
 * @param oid the object's oid in that catalog, or 0
 * @param tag its name for people
 * @param description what it is, in capitals
 * @param section when it is restored
 * @param definition the statements that create it
 * @param drop the statement that removes it; only what has one has an owner
 * @param schema the schema it is in
 * @param accessMethod the table access method
 * @param isPartitioned whether it is a partitioned table, which has no storage for its access method
 * @param owner the role that owns it
 * @param dependencies the numbers of the entries it needs
 */
record TocEntry(
        int id,
        long catalog,
        long oid,
        String tag,
        String description,
        Section section,
        String definition,
        String drop,
        String schema,
        String accessMethod,
        boolean isPartitioned,
        String owner,
        List<Integer> dependencies) {

    /** The sections of an archive, in the order of their numbers, from 1. */
    enum Section {
        NONE,
        PRE_DATA,
        DATA,
        POST_DATA
    }

    TocEntry {
        dependencies = List.copyOf(dependencies);
    }

    /** Returns the object it describes. */
    CatalogId catalogId() {
        return new CatalogId(catalog, oid);
    }

    /** Returns the kind of entry, which was checked when the archive was read. */
    EntryKind kind() {
        return EntryKind.of(description).orElseThrow();
    }

    /** Returns whether it is of one of these kinds. */
    boolean is(EntryKind... kinds) {
        return Arrays.asList(kinds).contains(kind());
    }

    /** Returns how it is named in messages, without its definition. */
    String title() {
        return description + " " + (schema.isEmpty() ? "" : schema + ".") + tag;
    }
}
