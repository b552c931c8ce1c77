package org.dtssync.app.structure.pgdump;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dtssync.app.catalog.UnsteadyChecks;
import org.dtssync.app.structure.DependentGrants;
import org.dtssync.connectors.postgres.TableName;

/**
 * What the catalogs of the source say about the objects of an archive, in the same snapshot: names that tags only hint at, the
 * tables that statements lock, and what needs a table that is not selected. Immutable.
 *
 * @param relations tables, views and sequences by oid
 * @param parts what belongs to a relation or a domain
 * @param blocked what needs a table that is not selected, directly or through others
 * @param replicaIdentities oids of the indexes by which the applier finds rows
 * @param owningTables the table that owns a sequence, by the sequence's oid
 * @param names names of objects whose tags are not unique, without their schema
 * @param languages statements that create languages, by oid
 * @param commentedExtensions extensions whose comment is not the one they come with
 * @param isPublicByDefault whether schema public belongs to whom it belongs in a new database
 * @param publicGrants statements that grant what others than its owner may do in schema public
 * @param depths how many ancestors a table has, if any
 * @param inheritedChecks names of checks that a table has only from its parent
 * @param validatedChecks inherited checks that are valid although their parent's are not
 * @param unsteadyChecks names of a table's checks that depend on the time or on other tables
 * @param unsteadyDomainChecks the same for domains, by the oid of the type
 * @param inheritedComments statements with comments on inherited checks, by the oid of the table and the name of the check
 * @param identityTypes statements that give sequences of identity columns another type than the column's, by oid
 * @param populatedViews oids of materialized views that have rows
 * @param dependentGrants statements about what the server makes together with an object
 */
record SourceCatalog(
        Map<Long, TableName> relations,
        Map<CatalogId, Part> parts,
        Set<CatalogId> blocked,
        Set<Long> replicaIdentities,
        Map<Long, Long> owningTables,
        Map<CatalogId, String> names,
        Map<Long, String> languages,
        Set<String> commentedExtensions,
        boolean isPublicByDefault,
        List<String> publicGrants,
        Map<Long, Integer> depths,
        Map<Long, Set<String>> inheritedChecks,
        Map<Long, Set<String>> validatedChecks,
        Map<Long, Set<String>> unsteadyChecks,
        Map<Long, Set<String>> unsteadyDomainChecks,
        Map<Long, Map<String, String>> inheritedComments,
        Map<Long, String> identityTypes,
        Set<Long> populatedViews,
        Map<CatalogId, String> dependentGrants) {

    /**
     * Something that belongs to a relation or a domain.
     *
     * @param name its bare name
     * @param relation the oid of the relation it belongs to; 0 for a domain's
     * @param other the oid of another table that its statement locks, or 0
     * @param index the oid of its index, or 0
     * @param type of a constraint, the letter of the catalog
     * @param isLocal whether it is its relation's own, not only inherited
     * @param depth how many ancestors its relation has
     */
    record Part(String name, long relation, long other, long index, String type, boolean isLocal, int depth) {}

    /** Ordinary and partitioned tables, views, sequences: everything whose name a statement can have. */
    private static final String RELATIONS = """
            SELECT c.oid::bigint, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            """;

    private static final String ANCESTORS = """
            WITH RECURSIVE depths AS (
                SELECT inhrelid AS oid, 1 AS depth, inhparent AS above FROM pg_inherits
                UNION ALL
                SELECT d.oid, d.depth + 1, i.inhparent FROM depths d JOIN pg_inherits i ON i.inhrelid = d.above
            ), deepest AS (SELECT oid, max(depth) AS depth FROM depths GROUP BY oid)
            """;

    private static final String DEPTHS = ANCESTORS + "SELECT oid::bigint, depth FROM deepest";

    private static final String PARTS = ANCESTORS + """
            , own AS (
                SELECT c.oid, coalesce(d.depth, 0) AS depth
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN deepest d ON d.oid = c.oid
                WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            )
            SELECT 'pg_constraint'::regclass::oid::bigint, k.oid::bigint, k.conname, k.conrelid::bigint,
                   CASE WHEN k.contype = 'f' THEN k.confrelid ELSE 0 END::bigint,
                   CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid ELSE 0 END::bigint, k.contype::text, k.conislocal, o.depth
            FROM pg_constraint k JOIN own o ON o.oid = k.conrelid
            UNION ALL
            SELECT 'pg_constraint'::regclass::oid::bigint, k.oid::bigint, k.conname, 0, 0, 0, k.contype::text, true, 0
            FROM pg_constraint k WHERE k.contypid <> 0
            UNION ALL
            SELECT 'pg_class'::regclass::oid::bigint, c.oid::bigint, c.relname, i.indrelid::bigint, 0, c.oid::bigint, '', true, o.depth
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN own o ON o.oid = i.indrelid
            UNION ALL
            SELECT 'pg_trigger'::regclass::oid::bigint, t.oid::bigint, t.tgname, t.tgrelid::bigint, 0, 0, '', true, o.depth
            FROM pg_trigger t JOIN own o ON o.oid = t.tgrelid
            UNION ALL
            SELECT 'pg_rewrite'::regclass::oid::bigint, r.oid::bigint, r.rulename, r.ev_class::bigint, 0, 0, '', true, o.depth
            FROM pg_rewrite r JOIN own o ON o.oid = r.ev_class
            UNION ALL
            SELECT 'pg_policy'::regclass::oid::bigint, p.oid::bigint, p.polname, p.polrelid::bigint, 0, 0, '', true, o.depth
            FROM pg_policy p JOIN own o ON o.oid = p.polrelid
            UNION ALL
            SELECT 'pg_attrdef'::regclass::oid::bigint, d.oid::bigint, a.attname, d.adrelid::bigint, 0, 0, '', true, o.depth
            FROM pg_attrdef d JOIN own o ON o.oid = d.adrelid
            JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            UNION ALL
            SELECT 'pg_statistic_ext'::regclass::oid::bigint, x.oid::bigint, x.stxname, x.stxrelid::bigint, 0, 0, '', true, o.depth
            FROM pg_statistic_ext x JOIN own o ON o.oid = x.stxrelid
            """;

    /**
     * A view needs what its rule needs, which the catalog does not say: there, the rule belongs to the view. Tables of extensions
     * are at the destination once the extension is; selected tables are migrated whatever their parts need.
     */
    private static final String BLOCKED = """
            WITH RECURSIVE needs AS (
                SELECT classid, objid, refclassid, refobjid FROM pg_depend WHERE deptype <> 'e'
                UNION ALL
                SELECT 'pg_class'::regclass, ev_class, 'pg_rewrite'::regclass, oid FROM pg_rewrite WHERE rulename = '_RETURN'
            ), carried AS (SELECT unnest(?::bigint[])::oid AS oid
            ), blocked AS (
                SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                    AND c.oid NOT IN (SELECT oid FROM carried)
                    AND NOT EXISTS (SELECT FROM pg_depend e
                                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
                UNION
                SELECT n.classid, n.objid FROM blocked b JOIN needs n ON n.refclassid = b.classid AND n.refobjid = b.objid
                WHERE NOT (n.classid = 'pg_class'::regclass AND n.objid IN (SELECT oid FROM carried))
            )
            SELECT classid::bigint, objid::bigint FROM blocked
            """;

    /** The index behind a replica identity, with those of its partitions, as the built-in reader has it. */
    private static final String REPLICA_IDENTITIES = """
            WITH RECURSIVE keyed AS (
                SELECT i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                WHERE c.oid IN (SELECT unnest(?::bigint[])::oid)
                    AND ((c.relreplident = 'i' AND i.indisreplident)
                         OR (c.relreplident IN ('d', 'f') AND i.indisprimary AND i.indimmediate))
                UNION
                SELECT h.inhrelid FROM keyed k JOIN pg_inherits h ON h.inhparent = k.indexrelid
            )
            SELECT indexrelid::bigint FROM keyed
            """;

    private static final String OWNED_SEQUENCES = """
            SELECT d.objid::bigint, d.refobjid::bigint
            FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
            """;

    private static final String NAMES = """
            SELECT 'pg_proc'::regclass::oid::bigint, p.oid::bigint,
                   format('%s(%s)', p.proname, CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN '*'
                                                    ELSE oidvectortypes(p.proargtypes) END)
            FROM pg_proc p WHERE p.oid >= 16384
            UNION ALL
            SELECT 'pg_cast'::regclass::oid::bigint, c.oid::bigint,
                   format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))
            FROM pg_cast c WHERE c.oid >= 16384
            UNION ALL
            SELECT 'pg_transform'::regclass::oid::bigint, t.oid::bigint,
                   format('%s LANGUAGE %s', format_type(t.trftype, NULL), l.lanname)
            FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384
            UNION ALL
            SELECT 'pg_operator'::regclass::oid::bigint, o.oid::bigint,
                   format('%s(%s, %s)', o.oprname, CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END,
                          CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END)
            FROM pg_operator o WHERE o.oid >= 16384
            UNION ALL
            SELECT 'pg_opclass'::regclass::oid::bigint, c.oid::bigint, format('%s(%s)', c.opcname, m.amname)
            FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod WHERE c.oid >= 16384
            UNION ALL
            SELECT 'pg_opfamily'::regclass::oid::bigint, f.oid::bigint, format('%s(%s)', f.opfname, m.amname)
            FROM pg_opfamily f JOIN pg_am m ON m.oid = f.opfmethod WHERE f.oid >= 16384
            UNION ALL
            SELECT 'pg_default_acl'::regclass::oid::bigint, d.oid::bigint,
                   concat_ws('.', pg_get_userbyid(d.defaclrole), n.nspname,
                             CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                  WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END)
            FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
            """;

    /** The program leaves out the handlers of a language if they are the server's own. */
    private static final String LANGUAGES = """
            SELECT l.oid::bigint, format('CREATE %sLANGUAGE %I HANDLER %s', CASE WHEN l.lanpltrusted THEN 'TRUSTED ' ELSE '' END,
                   l.lanname, l.lanplcallfoid::regproc) || CASE WHEN l.laninline = 0 THEN '' ELSE format(' INLINE %s', l.laninline::regproc) END
                   || CASE WHEN l.lanvalidator = 0 THEN '' ELSE format(' VALIDATOR %s', l.lanvalidator::regproc) END
            FROM pg_language l WHERE l.lanplcallfoid <> 0
            """;

    private static final String COMMENTED_EXTENSIONS = """
            SELECT e.extname FROM pg_extension e LEFT JOIN pg_available_extensions a ON a.name = e.extname
            WHERE obj_description(e.oid, 'pg_extension') IS DISTINCT FROM a.comment
            """;

    private static final String PUBLIC_GRANTS = """
            SELECT format('GRANT %s ON SCHEMA public TO %s%s', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type),
                          CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                          CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM pg_namespace n CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
            WHERE n.nspname = 'public' AND a.grantee <> n.nspowner
            GROUP BY a.grantee, a.is_grantable ORDER BY a.grantee, a.is_grantable
            """;

    /** The role with oid 10 is the superuser of initdb. */
    private static final String PUBLIC_BY_DEFAULT = """
            SELECT nspowner = 10 OR pg_get_userbyid(nspowner) = 'pg_database_owner' FROM pg_namespace WHERE nspname = 'public'
            """;

    /** Checks that depend on more than a row, as the built-in reader has it. */
    private static final String UNSTEADY_CHECKS = "SELECT con.conrelid::bigint, con.conname FROM pg_constraint con "
            + UnsteadyChecks.JOINED + " WHERE unsteady.late AND con.conrelid <> 0";

    private static final String UNSTEADY_DOMAIN_CHECKS =
            "SELECT con.contypid::bigint, con.conname FROM pg_constraint con " + UnsteadyChecks.JOINED
                    + " WHERE unsteady.late AND con.contypid <> 0";

    private static final String POPULATED_VIEWS =
            "SELECT oid::bigint FROM pg_class WHERE relkind = 'm' AND relispopulated";

    private static final String INHERITED_CHECKS = """
            SELECT k.conrelid::bigint, k.conname FROM pg_constraint k
            WHERE k.contype = 'c' AND k.conrelid <> 0 AND NOT k.conislocal
            """;

    /** The program leaves them out. */
    private static final String INHERITED_COMMENTS = """
            SELECT c.oid::bigint, k.conname,
                   format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', k.conname, n.nspname, c.relname, d.description)
            FROM pg_constraint k
            JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
            JOIN pg_class c ON c.oid = k.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE k.contype = 'c' AND NOT k.conislocal
            ORDER BY c.oid, k.conname
            """;

    /** The program creates them with the type of their column; a table that was made LIKE another has others. */
    private static final String IDENTITY_TYPES = """
            SELECT s.oid::bigint, format('ALTER SEQUENCE %I.%I AS %s MINVALUE %s MAXVALUE %s', n.nspname, s.relname,
                                         format_type(q.seqtypid, NULL), q.seqmin, q.seqmax)
            FROM pg_depend d
            JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_namespace n ON n.oid = s.relnamespace
            JOIN pg_sequence q ON q.seqrelid = s.oid
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i'
              AND q.seqtypid <> a.atttypid
            """;

    private static final String VALIDATED_CHECKS = """
            SELECT k.conrelid::bigint, k.conname FROM pg_constraint k
            WHERE k.contype = 'c' AND k.conrelid <> 0 AND NOT k.conislocal AND k.convalidated
                AND EXISTS (SELECT FROM pg_inherits i JOIN pg_constraint p ON p.conrelid = i.inhparent AND p.conname = k.conname
                            WHERE i.inhrelid = k.conrelid AND p.contype = 'c' AND NOT p.convalidated)
            """;

    /**
     * Reads the catalogs.
     *
     * @param connection a session in the archive's snapshot
     * @param tables the oids of the selected tables
     */
    static SourceCatalog read(Connection connection, Collection<Long> tables) throws SQLException {
        Map<Long, TableName> relations = new HashMap<>();
        Map<CatalogId, Part> parts = new HashMap<>();
        Set<CatalogId> blocked = new HashSet<>();
        Set<Long> identities = new HashSet<>();
        Map<Long, Long> owning = new HashMap<>();
        Map<CatalogId, String> names = new HashMap<>();
        Set<String> extensions = new HashSet<>();
        each(
                connection,
                RELATIONS,
                rows -> relations.put(rows.getLong(1), new TableName(rows.getString(2), rows.getString(3))));
        each(
                connection,
                PARTS,
                rows -> parts.put(
                        new CatalogId(rows.getLong(1), rows.getLong(2)),
                        new Part(
                                rows.getString(3),
                                rows.getLong(4),
                                rows.getLong(5),
                                rows.getLong(6),
                                rows.getString(7),
                                rows.getBoolean(8),
                                rows.getInt(9))));
        each(connection, BLOCKED, tables, rows -> blocked.add(new CatalogId(rows.getLong(1), rows.getLong(2))));
        each(connection, REPLICA_IDENTITIES, tables, rows -> identities.add(rows.getLong(1)));
        each(connection, OWNED_SEQUENCES, rows -> owning.put(rows.getLong(1), rows.getLong(2)));
        each(connection, NAMES, rows -> names.put(new CatalogId(rows.getLong(1), rows.getLong(2)), rows.getString(3)));
        each(connection, COMMENTED_EXTENSIONS, rows -> extensions.add(rows.getString(1)));
        Map<Long, String> languages = new HashMap<>();
        each(connection, LANGUAGES, rows -> languages.put(rows.getLong(1), rows.getString(2)));
        Set<Long> populated = new HashSet<>();
        each(connection, POPULATED_VIEWS, rows -> populated.add(rows.getLong(1)));
        List<String> grants = new ArrayList<>();
        List<Boolean> byDefault = new ArrayList<>();
        each(connection, PUBLIC_BY_DEFAULT, rows -> byDefault.add(rows.getBoolean(1)));
        each(connection, PUBLIC_GRANTS, rows -> grants.add(rows.getString(1)));
        Map<Long, Integer> depths = new HashMap<>();
        each(connection, DEPTHS, rows -> depths.put(rows.getLong(1), rows.getInt(2)));
        Map<Long, Map<String, String>> comments = new HashMap<>();
        each(
                connection,
                INHERITED_COMMENTS,
                rows -> comments.computeIfAbsent(rows.getLong(1), oid -> new LinkedHashMap<>())
                        .put(rows.getString(2), rows.getString(3)));
        Map<Long, String> identityTypes = new HashMap<>();
        each(connection, IDENTITY_TYPES, rows -> identityTypes.put(rows.getLong(1), rows.getString(2)));
        Map<CatalogId, String> dependentGrants = new HashMap<>();
        each(connection, DependentGrants.ALL, rows -> {
            if (rows.getString(3) != null) {
                dependentGrants.put(new CatalogId(rows.getLong(1), rows.getLong(2)), rows.getString(3));
            }
        });
        return new SourceCatalog(
                relations,
                parts,
                blocked,
                identities,
                owning,
                names,
                languages,
                extensions,
                byDefault.contains(true),
                grants,
                depths,
                setsOf(connection, INHERITED_CHECKS),
                setsOf(connection, VALIDATED_CHECKS),
                setsOf(connection, UNSTEADY_CHECKS),
                setsOf(connection, UNSTEADY_DOMAIN_CHECKS),
                comments,
                identityTypes,
                populated,
                dependentGrants);
    }

    /** Returns what an entry belongs to, if it is a part of something. */
    Optional<Part> part(TocEntry entry) {
        return Optional.ofNullable(parts.get(entry.catalogId()));
    }

    /** Returns the table, view or sequence with an oid, if there is one. */
    Optional<TableName> relation(long oid) {
        return Optional.ofNullable(relations.get(oid));
    }

    private static Map<Long, Set<String>> setsOf(Connection connection, String query) throws SQLException {
        Map<Long, Set<String>> sets = new HashMap<>();
        each(
                connection,
                query,
                rows -> sets.computeIfAbsent(rows.getLong(1), oid -> new HashSet<>())
                        .add(rows.getString(2)));
        return sets;
    }

    /** Reads one row of a result. */
    @FunctionalInterface
    private interface Row {
        void read(ResultSet rows) throws SQLException;
    }

    private static void each(Connection connection, String query, Row row) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                row.read(rows);
            }
        }
    }

    private static void each(Connection connection, String query, Collection<Long> tables, Row row)
            throws SQLException {
        Array oids = connection.createArrayOf("bigint", tables.toArray());
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setArray(1, oids);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    row.read(rows);
                }
            }
        }
    }
}
