package org.dtssync.app.structure.pgdump;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every kind of entry that {@code pg_dump} writes into a table of contents, and what becomes of it. The names of the constants
 * are the archive's, with underscores for spaces.
 */
enum EntryKind {
    ACCESS_METHOD(Role.OBJECT),
    AGGREGATE(Role.OBJECT),
    CAST(Role.OBJECT),
    COLLATION(Role.OBJECT),
    CONVERSION(Role.OBJECT),
    DOMAIN(Role.OBJECT),
    EXTENSION(Role.OBJECT),
    FUNCTION(Role.OBJECT),
    MATERIALIZED_VIEW(Role.OBJECT),
    OPERATOR(Role.OBJECT),
    OPERATOR_CLASS(Role.OBJECT),
    OPERATOR_FAMILY(Role.OBJECT),
    PROCEDURAL_LANGUAGE(Role.OBJECT, "language"),
    PROCEDURE(Role.OBJECT),
    SCHEMA(Role.OBJECT),
    SEQUENCE(Role.OBJECT),
    SHELL_TYPE(Role.OBJECT),
    TEXT_SEARCH_CONFIGURATION(Role.OBJECT),
    TEXT_SEARCH_DICTIONARY(Role.OBJECT),
    TEXT_SEARCH_PARSER(Role.OBJECT),
    TEXT_SEARCH_TEMPLATE(Role.OBJECT),
    TRANSFORM(Role.OBJECT),
    TYPE(Role.OBJECT),
    VIEW(Role.OBJECT),

    EVENT_TRIGGER(Role.OBJECT),
    DEFAULT_ACL(Role.OBJECT, "default-privileges"),

    TABLE(Role.TABLE),

    CHECK_CONSTRAINT(Role.PART, "check"),
    CONSTRAINT(Role.PART),
    DEFAULT(Role.PART),
    FK_CONSTRAINT(Role.PART, "foreign-key"),
    INDEX(Role.PART),
    INDEX_ATTACH(Role.PART, "attached-index"),
    POLICY(Role.PART),
    ROW_SECURITY(Role.PART),
    RULE(Role.PART),
    SEQUENCE_OWNED_BY(Role.PART, "sequence-owner"),
    STATISTICS(Role.PART),
    TRIGGER(Role.PART),

    ACL(Role.ATTACHED, "grants"),
    COMMENT(Role.ATTACHED),
    TABLE_ATTACH(Role.ATTACHED, "attached-table"),

    FOREIGN_DATA_WRAPPER(Role.LEFT_OUT),
    FOREIGN_TABLE(Role.LEFT_OUT),
    PUBLICATION(Role.LEFT_OUT),
    PUBLICATION_TABLE(Role.LEFT_OUT),
    PUBLICATION_TABLES_IN_SCHEMA(Role.LEFT_OUT),
    SECURITY_LABEL(Role.LEFT_OUT),
    SERVER(Role.LEFT_OUT),
    SUBSCRIPTION(Role.LEFT_OUT),
    SUBSCRIPTION_TABLE(Role.LEFT_OUT),
    USER_MAPPING(Role.LEFT_OUT),
    BLOB(Role.LEFT_OUT, "large-object"),
    BLOB_METADATA(Role.LEFT_OUT, "large-object"),
    BLOBS(Role.LEFT_OUT, "large-object"),
    BLOB_COMMENTS(Role.LEFT_OUT, "large-object"),
    DATABASE(Role.LEFT_OUT),
    DATABASE_PROPERTIES(Role.LEFT_OUT),

    TABLE_DATA(Role.NOT_STRUCTURE),
    SEQUENCE_SET(Role.NOT_STRUCTURE),
    MATERIALIZED_VIEW_DATA(Role.NOT_STRUCTURE),
    STATISTICS_DATA(Role.NOT_STRUCTURE),
    EXTENDED_STATISTICS_DATA(Role.NOT_STRUCTURE),
    ENCODING(Role.NOT_STRUCTURE),
    STDSTRINGS(Role.NOT_STRUCTURE),
    SEARCHPATH(Role.NOT_STRUCTURE);

    /** What becomes of an entry. */
    enum Role {
        /** Created on its own if the selection takes it or something else needs it. */
        OBJECT,
        /** Created if the selection takes it, never because something needs it. */
        TABLE,
        /** Belongs to a table, a view or a domain and goes with it. */
        PART,
        /** Added to the statements of another entry. */
        ATTACHED,
        /** Never migrated, and named in the log. */
        LEFT_OUT,
        /** Rows, or settings of the archive's own session. */
        NOT_STRUCTURE
    }

    private static final Map<String, EntryKind> BY_DESCRIPTION =
            Arrays.stream(values()).collect(Collectors.toMap(EntryKind::description, Function.identity()));

    private final Role role;
    private final String label;

    EntryKind(Role role) {
        this(role, "");
    }

    EntryKind(Role role, String label) {
        this.role = role;
        this.label = label.isEmpty() ? name().toLowerCase(Locale.ROOT).replace('_', '-') : label;
    }

    /** Returns the kind that an archive calls so; empty if this version of dts-sync does not know it. */
    static Optional<EntryKind> of(String description) {
        return Optional.ofNullable(BY_DESCRIPTION.get(description));
    }

    /** Returns what an archive calls it. */
    String description() {
        return name().replace('_', ' ');
    }

    /** Returns what becomes of such entries. */
    Role role() {
        return role;
    }

    /** Returns what the task's list calls it. */
    String label() {
        return label;
    }
}
