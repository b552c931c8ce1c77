package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.connectors.postgres.Identifiers;

/** Whether an account that is no superuser can make what the source has at the destination, and give it its owners. */
final class OwnershipChecks {

    /** What a schema grants to others than its owner, as statements. */
    private static final String SCHEMA_GRANTS = """
            SELECT format('GRANT %s ON SCHEMA %I TO %s%s', g.privilege_type, nspname,
                          CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                          CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM pg_namespace CROSS JOIN LATERAL aclexplode(nspacl) g
            WHERE nspname = ? AND g.grantee <> nspowner ORDER BY 1
            """;

    private OwnershipChecks() {}

    private static boolean isSuperuser(Ends ends) throws SQLException {
        return ends.atDestination("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                .yes();
    }

    private record Holding(String schema, String owner, boolean mayCreate) {}

    /** PostgreSQL asks CREATE on the schema of the new owner too, unless a superuser gives the object away. */
    static void owners(Ends ends, Findings findings) throws SQLException {
        boolean carried = ends.task().objects().owners() == Owners.KEEP && !isSuperuser(ends);
        List<Holding> holdings = carried ? holdings(ends) : List.of();
        for (Holding holding : holdings) {
            boolean grantsCarried = ends.atDestination("""
                    SELECT NOT EXISTS (SELECT FROM pg_namespace
                                       WHERE nspname = ? AND NOT pg_has_role(current_user, nspowner, 'USAGE'))
                    """, holding.schema()).yes();
            boolean unfit = grantsCarried
                    ? !holding.mayCreate()
                    : ends.atDestination("""
                            SELECT EXISTS (SELECT FROM pg_namespace n, pg_roles r
                                           WHERE nspname = ? AND rolname = ? AND NOT has_schema_privilege(r.oid, n.oid, 'CREATE'))
                            """, holding.schema(), holding.owner()).yes();
            if (unfit) {
                report(ends, findings, holding, grantsCarried ? "source, which is carried" : "destination");
            }
        }
        findings.passIfNothingFound("owners", "Every owner can be given its objects at the destination.");
    }

    private static void report(Ends ends, Findings findings, Holding holding, String where) {
        String message = "Role " + holding.owner() + " owns objects in schema " + holding.schema()
                + " at the source, but cannot be given any at the destination: it may not create in that schema.";
        String remedy = "GRANT CREATE ON SCHEMA " + Identifiers.quote(holding.schema()) + " TO "
                + Identifiers.quote(holding.owner()) + "; -- at the " + where;
        if (ends.task().destination().existing() == Existing.ADOPT) {
            findings.warn(holding.owner(), message, remedy);
        } else {
            findings.fail(holding.owner(), message, remedy);
        }
    }

    private static List<Holding> holdings(Ends ends) throws SQLException {
        return ends.atSource("""
                WITH chosen AS (SELECT unnest(?::bigint[])::oid AS schema), held(class, object, schema, owner) AS (
                    SELECT 'pg_class'::regclass, oid, relnamespace, relowner FROM pg_class WHERE relkind NOT IN ('i', 'I', 't', 'c')
                    UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace, proowner FROM pg_proc
                    UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace, typowner FROM pg_type
                              WHERE typtype IN ('d', 'e', 'r') OR typtype = 'c' AND EXISTS (
                                  SELECT FROM pg_class c WHERE c.oid = typrelid AND c.relkind = 'c')
                )
                SELECT DISTINCT n.nspname COLLATE "C", r.rolname COLLATE "C", has_schema_privilege(r.oid, n.oid, 'CREATE')
                FROM held JOIN chosen USING (schema) JOIN pg_namespace n ON n.oid = schema JOIN pg_roles r ON r.oid = owner
                WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = class AND d.objid = object AND d.deptype = 'e')
                ORDER BY 1, 2
                """, ends.schemas())
                .list(row -> new Holding(row.getString(1), row.getString(2), row.getBoolean(3)));
    }

    /** Only who owns a schema can give rights on it; PostgreSQL answers anybody else with a notice and does nothing. */
    static void schemaGrants(Ends ends, Findings findings) throws SQLException {
        boolean carried = ends.task().objects().owners() == Owners.KEEP && !isSuperuser(ends);
        String account = ends.atDestination("SELECT current_user").text();
        for (String schema : carried ? schemasOfOthers(ends) : List.<String>of()) {
            Set<String> there =
                    Set.copyOf(ends.atDestination(SCHEMA_GRANTS, schema).texts());
            List<String> missing = ends.atSource(SCHEMA_GRANTS, schema).texts().stream()
                    .filter(grant -> !there.contains(grant))
                    .toList();
            if (!missing.isEmpty()) {
                findings.warn(
                        schema,
                        "Account " + account + " does not own schema " + schema
                                + " at the destination, so that these grants on it are not carried.",
                        String.join("; ", missing) + "; -- at the destination, as its owner or a superuser");
            }
        }
        findings.passIfNothingFound("schemas", "Every grant on a schema is carried.");
    }

    private static List<String> schemasOfOthers(Ends ends) throws SQLException {
        List<String> schemas = ends.atSource("""
                SELECT nspname FROM pg_namespace WHERE oid = ANY (SELECT unnest(?::bigint[])::oid) ORDER BY nspname COLLATE "C"
                """, ends.schemas()).texts();
        return ends.atDestination("""
                SELECT nspname FROM pg_namespace
                WHERE nspname = ANY (?::text[]) AND NOT pg_has_role(current_user, nspowner, 'USAGE') ORDER BY nspname COLLATE "C"
                """, schemas).texts();
    }

    private record Extension(String name, String schema) {}

    /** Whoever may create in the database may make trusted extensions; the others are a superuser's. */
    static void extensions(Ends ends, Findings findings) throws SQLException {
        Map<String, Boolean> makeable = new HashMap<>();
        ends.atDestination("""
                SELECT e.name, v.trusted OR e.installed_version IS NOT NULL
                FROM pg_available_extensions e
                     JOIN pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
                """).list(row -> makeable.put(row.getString(1), row.getBoolean(2)));
        List<Extension> extensions = isSuperuser(ends)
                ? List.of()
                : ends.atSource("""
                        SELECT e.extname, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                        ORDER BY e.extname COLLATE "C"
                        """).list(row -> new Extension(row.getString(1), row.getString(2)));
        String account = ends.atDestination("SELECT current_user").text();
        for (Extension extension : extensions) {
            // What is not offered at all is named by the check of extensions.
            if (!makeable.getOrDefault(extension.name(), true)) {
                String schema = Identifiers.quote(extension.schema());
                findings.fail(
                        extension.name(),
                        "Extension " + extension.name()
                                + " of the source can only be made by a superuser, which account " + account
                                + " at the destination is not.",
                        "CREATE SCHEMA IF NOT EXISTS " + schema + "; CREATE EXTENSION "
                                + Identifiers.quote(extension.name()) + " SCHEMA " + schema
                                + "; -- at the destination, as a superuser");
            }
        }
        findings.passIfNothingFound("extensions", "The account can make every extension of the source.");
    }

    /** They stop the task when it comes to them; then they can be skipped, or made by a superuser. */
    static void superuserObjects(Ends ends, Findings findings) throws SQLException {
        List<String> objects = isSuperuser(ends)
                ? List.of()
                : ends.atSource("""
                        WITH chosen AS (SELECT unnest(?::bigint[])::oid AS schema)
                        SELECT k.name FROM (
                            SELECT 'pg_event_trigger'::regclass, e.oid, 'event trigger ' || evtname
                            FROM pg_event_trigger e JOIN pg_proc p ON p.oid = evtfoid JOIN chosen ON schema = pronamespace
                            UNION ALL SELECT 'pg_opfamily'::regclass, oid, 'operator family ' || opfname
                                      FROM pg_opfamily JOIN chosen ON schema = opfnamespace
                            UNION ALL SELECT 'pg_opclass'::regclass, oid, 'operator class ' || opcname
                                      FROM pg_opclass JOIN chosen ON schema = opcnamespace
                            UNION ALL SELECT 'pg_type'::regclass, oid, 'base type ' || typname
                                      FROM pg_type JOIN chosen ON schema = typnamespace
                                      WHERE typtype = 'b' AND typcategory <> 'A'
                            UNION ALL SELECT 'pg_proc'::regclass, p.oid, 'function ' || p.oid::regprocedure
                                      FROM pg_proc p JOIN chosen ON schema = pronamespace JOIN pg_language l ON l.oid = prolang
                                      WHERE NOT lanpltrusted AND lanname <> 'sql' OR proleakproof
                        ) AS k(class, object, name)
                        WHERE NOT EXISTS (SELECT FROM pg_depend d
                                          WHERE d.classid = class AND d.objid = object AND d.deptype = 'e')
                        ORDER BY k.name COLLATE "C"
                        """, ends.schemas()).texts();
        String account = ends.atDestination("SELECT current_user").text();
        for (String object : objects) {
            findings.warn(
                    object,
                    "The " + object + " can only be made by a superuser, which account " + account
                            + " at the destination is not: the task will stop for it.",
                    "ALTER ROLE " + Identifiers.quote(account)
                            + " SUPERUSER; -- or, once the task has stopped: dts-sync structure skip TASK.yaml NAME");
        }
        findings.passIfNothingFound("objects", "The account can make every kind of object the source has.");
    }
}
