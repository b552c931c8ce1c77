package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.Identifiers;

/** Whether a non-superuser account can create the source's objects at the destination, and assign their owners. */
final class OwnershipChecks {

    /** Grants on a schema to roles other than its owner, as statements. */
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

    /** PostgreSQL requires CREATE on the schema from the new owner too, unless a superuser assigns the object. */
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
                report(ends, findings, holding, grantsCarried);
            }
        }
        findings.passIfNothingFound(
                "owners",
                ends.task().objects().owners() == Owners.DROP
                        ? "Every object will belong to the account of the destination (objects.owners: drop)."
                        : "Every owner can own its objects at the destination.");
    }

    private static void report(Ends ends, Findings findings, Holding holding, boolean atSource) {
        String message = "Role " + holding.owner() + " owns objects in schema " + holding.schema()
                + " at the source, but cannot own any at the destination: it may not create objects in that schema.";
        Advice remedy = Advice.sql(
                        atSource ? Place.SOURCE : Place.DESTINATION,
                        "GRANT CREATE ON SCHEMA " + Identifiers.quote(holding.schema()) + " TO "
                                + Identifiers.quote(holding.owner()) + ";")
                .and(atSource ? "at the source, which is migrated" : "at the destination");
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

    /** Only the owner of a schema can grant rights on it; for other roles PostgreSQL prints a notice and does nothing. */
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
                                + " at the destination, so these grants on it are not migrated, and a switchover is refused"
                                + " without them.",
                        Advice.sql(Place.DESTINATION, String.join("; ", missing) + ";")
                                .and("at the destination, as its owner or a superuser"));
            }
        }
        findings.passIfNothingFound(
                "schemas",
                ends.task().objects().owners() == Owners.DROP
                        ? "Grants are not migrated (objects.owners: drop)."
                        : "Every grant on a schema is migrated.");
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

    /** CREATE on the database allows creating trusted extensions; the others need a superuser. */
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
            // The check of extensions reports those that are not available at all.
            if (!makeable.getOrDefault(extension.name(), true)) {
                String schema = Identifiers.quote(extension.schema());
                findings.fail(
                        extension.name(),
                        "Extension " + extension.name()
                                + " of the source can only be created by a superuser, which account " + account
                                + " at the destination is not.",
                        Advice.sql(
                                        Place.DESTINATION,
                                        "CREATE SCHEMA IF NOT EXISTS " + schema + "; CREATE EXTENSION "
                                                + Identifiers.quote(extension.name()) + " SCHEMA " + schema + ";")
                                .and("at the destination, as a superuser"));
            }
        }
        findings.passIfNothingFound("extensions", "The account can create every extension of the source.");
    }

    /** They stop the task when it reaches them; then they can be skipped, or created by a superuser. */
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
                                      -- An aggregate has the language internal, and every account can create it.
                                      WHERE prokind <> 'a' AND (NOT lanpltrusted AND lanname <> 'sql' OR proleakproof)
                        ) AS k(class, object, name)
                        WHERE NOT EXISTS (SELECT FROM pg_depend d
                                          WHERE d.classid = class AND d.objid = object AND d.deptype = 'e')
                        ORDER BY k.name COLLATE "C"
                        """, ends.schemas()).texts();
        String account = ends.atDestination("SELECT current_user").text();
        for (String object : objects) {
            findings.warn(
                    object,
                    "The " + object + " can only be created by a superuser, which account " + account
                            + " at the destination is not: the task will stop there.",
                    Advice.text(
                            Place.DESTINATION,
                            "Use a superuser's account at the destination; or, once the task has stopped, create it there as a"
                                    + " superuser or leave it out, and: dts-sync structure skip TASK.yaml NAME"));
        }
        findings.passIfNothingFound("objects", "The account can create every kind of object of the source.");
    }
}
