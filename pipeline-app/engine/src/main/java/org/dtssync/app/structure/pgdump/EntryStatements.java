package org.dtssync.app.structure.pgdump;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;

/** The statements of an entry, with those that a restoring program would add. Immutable. */
final class EntryStatements {

    /** What entries that have an owner are called in a statement; all others are named by the statement that removes them. */
    private static final Set<EntryKind> NAMED_BY_TAG = Set.of(
            EntryKind.COLLATION,
            EntryKind.CONVERSION,
            EntryKind.DOMAIN,
            EntryKind.EVENT_TRIGGER,
            EntryKind.MATERIALIZED_VIEW,
            EntryKind.PROCEDURAL_LANGUAGE,
            EntryKind.SCHEMA,
            EntryKind.SEQUENCE,
            EntryKind.STATISTICS,
            EntryKind.TABLE,
            EntryKind.TEXT_SEARCH_CONFIGURATION,
            EntryKind.TEXT_SEARCH_DICTIONARY,
            EntryKind.TYPE,
            EntryKind.VIEW);

    private static final Set<EntryKind> NAMED_BY_DROP = Set.of(
            EntryKind.AGGREGATE,
            EntryKind.FUNCTION,
            EntryKind.OPERATOR,
            EntryKind.OPERATOR_CLASS,
            EntryKind.OPERATOR_FAMILY,
            EntryKind.PROCEDURE);

    private static final String DROP = "DROP ";
    private static final String HEAP = "heap";
    private static final Pattern CREATE_SCHEMA = Pattern.compile("\\ACREATE SCHEMA ");

    /** The grantor of a right is another role than the owner; to become that role is enough, and less than a superuser can do. */
    private static final Pattern OTHER_GRANTOR = Pattern.compile("(?m)^SET SESSION AUTHORIZATION ");

    private static final Pattern OWN_SELF = Pattern.compile("(?m)^RESET SESSION AUTHORIZATION;");

    /** All rights before version 17, which has one more. */
    private static final Pattern ALL_RIGHTS =
            Pattern.compile("(?m)^(GRANT|REVOKE) SELECT,INSERT,REFERENCES,DELETE,TRIGGER,TRUNCATE,UPDATE ON TABLE ");

    private static final int WITH_MAINTAIN = 17;

    private final Owners owners;
    private final boolean hasMaintain;

    /**
     * Creates them.
     *
     * @param major the major version of the archive's server
     */
    EntryStatements(Owners owners, int major) {
        this.owners = owners;
        this.hasMaintain = major >= WITH_MAINTAIN;
    }

    /**
     * Returns the statements that create an object.
     *
     * @param definition the entry's definition, possibly without parts that are created later
     */
    List<String> of(TocEntry entry, String definition) {
        List<String> statements = new ArrayList<>();
        boolean hasMethod = entry.is(EntryKind.TABLE, EntryKind.MATERIALIZED_VIEW)
                && !entry.accessMethod().isEmpty()
                && !entry.accessMethod().equals(HEAP);
        if (hasMethod && !entry.isPartitioned()) {
            statements.add("SET LOCAL default_table_access_method = " + Identifiers.quote(entry.accessMethod()));
        }
        String created = SqlText.withoutEnd(definition);
        if (entry.is(EntryKind.SCHEMA)) {
            // Extensions create theirs, and every database has public.
            created = created.startsWith("--")
                    ? "CREATE SCHEMA IF NOT EXISTS " + Identifiers.quote(entry.tag())
                    : CREATE_SCHEMA.matcher(created).replaceFirst("CREATE SCHEMA IF NOT EXISTS ");
        }
        statements.add(created);
        String owner = owner(entry);
        if (!owner.isEmpty()) {
            statements.add(owner);
        }
        if (hasMethod && entry.isPartitioned()) {
            statements.add("ALTER TABLE " + new TableName(entry.schema(), entry.tag()).sql() + " SET ACCESS METHOD "
                    + Identifiers.quote(entry.accessMethod()));
        }
        return statements;
    }

    /** Returns the statements of a comment, of grants or of an attachment. */
    String ofAttached(TocEntry entry) {
        String sql = SqlText.withoutEnd(entry.definition());
        if (entry.is(EntryKind.ACL)) {
            if (!hasMaintain) {
                sql = ALL_RIGHTS.matcher(sql).replaceAll("$1 ALL ON TABLE ");
            }
            sql = OTHER_GRANTOR.matcher(sql).replaceAll("SET LOCAL ROLE ");
            return SqlText.withoutEnd(OWN_SELF.matcher(sql + ";").replaceAll("SET LOCAL ROLE NONE;"));
        }
        return sql;
    }

    private String owner(TocEntry entry) {
        if (owners == Owners.DROP || entry.owner().isEmpty() || entry.drop().isEmpty()) {
            return "";
        }
        String name;
        if (NAMED_BY_TAG.contains(entry.kind())) {
            name = entry.description() + " "
                    + (entry.schema().isEmpty()
                            ? Identifiers.quote(entry.tag())
                            : new TableName(entry.schema(), entry.tag()).sql());
        } else if (NAMED_BY_DROP.contains(entry.kind())) {
            name = SqlText.withoutEnd(entry.drop()).substring(DROP.length());
        } else {
            return "";
        }
        return "ALTER " + name + " OWNER TO " + Identifiers.quote(entry.owner());
    }
}
