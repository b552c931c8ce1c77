package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.config.ObjectSelection.LargeObjects;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.inventory.InventoryItem;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.Identifiers;
import org.jspecify.annotations.Nullable;

/** Whether the dependencies of the tables exist or can be created: extensions, roles, tablespaces. */
final class ObjectChecks {

    private ObjectChecks() {}

    static void largeObjects(Ends ends, Findings findings) throws SQLException {
        long count = ends.inventory().items().stream()
                .filter(item -> item.kind().equals("large object"))
                .mapToLong(InventoryItem::count)
                .sum();
        if (ends.task().objects().largeObjects() == LargeObjects.COPY) {
            findings.passIfNothingFound(
                    "large objects",
                    "The source has " + count + " large objects; they are copied after the load and at each switch.");
            return;
        }
        if (count > 0) {
            findings.warn(
                    "large objects",
                    "The source has " + count
                            + " large objects, which are not migrated: logical decoding does not include them.",
                    "Copy them yourself while no application writes: pg_dump --large-objects, or keep them in bytea columns.");
        }
        findings.passIfNothingFound("large objects", "The source has no large objects.");
    }

    static void cFunctions(Ends ends, Findings findings) throws SQLException {
        for (String[] found :
                ends.atSource("""
                SELECT p.oid::regprocedure::text, p.probin
                FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'c'
                WHERE p.pronamespace = ANY (SELECT unnest(?::bigint[])::oid)
                  AND NOT EXISTS (SELECT FROM pg_depend d
                                  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
                ORDER BY p.oid::regprocedure::text COLLATE "C"
                """, ends.schemas()).list(row -> new String[] {row.getString(1), row.getString(2)})) {
            findings.warn(
                    found[0],
                    "Function " + found[0] + " is written in C and needs the library " + found[1]
                            + ", which is not migrated.",
                    "Install " + found[1]
                            + " on the destination server, and create the function there as a superuser.");
        }
        findings.passIfNothingFound("functions", "No function outside of extensions is written in C.");
    }

    private record Offered(String version, boolean installed) {}

    static void extensions(Ends ends, Findings findings) throws SQLException {
        Map<String, Offered> offered = new HashMap<>();
        ends.atDestination("""
                SELECT name, coalesce(installed_version, default_version), installed_version IS NOT NULL
                FROM pg_available_extensions
                """)
                .list(row -> offered.put(row.getString(1), new Offered(row.getString(2), row.getBoolean(3))));
        for (String[] extension : ends.atSource("""
                SELECT extname, extversion FROM pg_extension ORDER BY extname COLLATE "C"
                """).list(row -> new String[] {row.getString(1), row.getString(2)})) {
            compareExtension(extension[0], extension[1], offered.get(extension[0]), findings);
        }
        findings.passIfNothingFound("extensions", "The destination offers every extension of the source.");
    }

    private static void compareExtension(String name, String version, @Nullable Offered offered, Findings findings) {
        if (offered == null) {
            findings.fail(
                    name,
                    "Extension " + name + " of the source is not available at the destination.",
                    "Install its package on the destination server, or at the source, if nothing uses it: DROP EXTENSION "
                            + Identifiers.quote(name) + ";");
        } else if (isOlder(offered.version(), version)) {
            findings.warn(
                    name,
                    "Extension " + name + " is version " + version + " at the source, but " + offered.version()
                            + " at the destination.",
                    offered.installed()
                            ? Advice.sql(Place.DESTINATION, "ALTER EXTENSION " + Identifiers.quote(name) + " UPDATE;")
                                    .and("at the destination")
                            : Advice.text(
                                    Place.DESTINATION, "Install a newer package of it on the destination server."));
        }
    }

    /** Compares versions number by number; non-numbers are ignored. */
    static boolean isOlder(String version, String than) {
        List<Integer> a = numbers(version);
        List<Integer> b = numbers(than);
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            int left = i < a.size() ? a.get(i) : 0;
            int right = i < b.size() ? b.get(i) : 0;
            if (left != right) {
                return left < right;
            }
        }
        return false;
    }

    private static List<Integer> numbers(String version) {
        List<Integer> numbers = new ArrayList<>();
        for (String part : version.split("[^0-9]+", -1)) {
            if (!part.isEmpty() && part.length() < 10) {
                numbers.add(Integer.parseInt(part));
            }
        }
        return numbers;
    }

    private record Named(String role, boolean owns, boolean login) {}

    /** A role at the destination, and whether objects can be assigned to it. */
    private record There(boolean member, boolean superuser) {}

    /**
     * The schema public already exists everywhere, with its own owner. Members of an extension come with it and belong to
     * its creator.
     */
    private static final String ROLES = """
            WITH chosen AS (SELECT unnest(?::bigint[])::oid AS schema), extended AS (
                SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
            ), relation AS (
                SELECT relowner, relacl FROM pg_class JOIN chosen ON schema = relnamespace
                WHERE ('pg_class'::regclass, oid) NOT IN (SELECT classid, objid FROM extended)
            ), function AS (
                SELECT proowner, proacl FROM pg_proc JOIN chosen ON schema = pronamespace
                WHERE ('pg_proc'::regclass, oid) NOT IN (SELECT classid, objid FROM extended)
            ), type AS (
                SELECT typowner, typacl FROM pg_type JOIN chosen ON schema = typnamespace
                WHERE ('pg_type'::regclass, CASE typcategory WHEN 'A' THEN typelem ELSE oid END)
                      NOT IN (SELECT classid, objid FROM extended)
            ), named(role, owns) AS (
                SELECT nspowner, true FROM pg_namespace JOIN chosen ON schema = oid AND nspname <> 'public'
                UNION SELECT relowner, true FROM relation
                UNION SELECT proowner, true FROM function
                UNION SELECT typowner, true FROM type
                UNION SELECT (aclexplode(nspacl)).grantee, false FROM pg_namespace JOIN chosen ON schema = oid
                UNION SELECT (aclexplode(relacl)).grantee, false FROM relation
                UNION SELECT (aclexplode(proacl)).grantee, false FROM function
                UNION SELECT (aclexplode(typacl)).grantee, false FROM type
                UNION SELECT (aclexplode(a.attacl)).grantee, false
                      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN chosen ON schema = c.relnamespace
                UNION SELECT unnest(p.polroles), false
                      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN chosen ON schema = c.relnamespace
            )
            SELECT r.rolname, bool_or(owns), r.rolcanlogin FROM named JOIN pg_roles r ON r.oid = role
            GROUP BY r.rolname, r.rolcanlogin ORDER BY r.rolname COLLATE "C"
            """;

    static void roles(Ends ends, Findings findings) throws SQLException {
        if (ends.task().objects().owners() == Owners.DROP) {
            findings.pass("roles", "Owners and grants are not migrated (objects.owners: drop).");
            return;
        }
        List<Named> named = ends.atSource(ROLES, ends.schemas())
                .list(row -> new Named(row.getString(1), row.getBoolean(2), row.getBoolean(3)));
        String account = ends.atDestination("SELECT current_user").text();
        Map<String, There> there = new HashMap<>();
        // Since 16 a membership may lack the right to assign objects (SET) or to use the role's rights
        // (INHERIT).
        String set = ends.atDestination("SELECT current_setting('server_version_num')::int >= 160000")
                        .yes()
                ? "SET"
                : "MEMBER";
        ends.atDestination("""
                SELECT rolname, pg_has_role(current_user, oid, ?) AND pg_has_role(current_user, oid, 'USAGE'), rolsuper
                FROM pg_roles
                """, set)
                .list(row -> there.put(row.getString(1), new There(row.getBoolean(2), row.getBoolean(3))));
        // A rollback has to prove that they cannot write there any more.
        List<String> applications = ends.task().switchover().applicationRoles();
        for (Named role : named) {
            String quoted = Identifiers.quote(role.role());
            String membership = "GRANT " + quoted + " TO " + Identifiers.quote(account) + ";";
            There known = there.get(role.role());
            if (known == null) {
                findings.fail(
                        role.role(),
                        "Role " + role.role()
                                + ", which owns objects or has grants at the source, does not exist at the"
                                + " destination.",
                        Advice.sql(
                                        Place.DESTINATION,
                                        "CREATE ROLE " + quoted + (role.login() ? " LOGIN;" : ";")
                                                + (role.owns() || applications.contains(role.role())
                                                        ? " " + membership
                                                        : ""))
                                .and("at the destination" + (role.login() ? ", with its password," : ",")
                                        + " or objects: { owners: drop }"));
            } else if (role.owns() && !known.member()) {
                findings.fail(
                        role.role(),
                        "Account " + account + " at the destination is not a member of role " + role.role()
                                + ", which owns objects at the source, and cannot assign any to it.",
                        known.superuser()
                                ? Advice.text(
                                        Place.SOURCE,
                                        "objects: { owners: drop }; or give its objects at the source to a role that is no"
                                                + " superuser (ALTER ... OWNER TO); or use a superuser's account at the"
                                                + " destination")
                                : Advice.sql(Place.DESTINATION, membership)
                                        .and("at the destination, or objects: { owners: drop }"));
            }
        }
        findings.passIfNothingFound("roles", "Every owner and grantee of the source exists at the destination.");
    }

    static void tablespaces(Ends ends, Findings findings) throws SQLException {
        List<Long> tables = ends.tables().stream().map(CatalogTable::oid).toList();
        List<String> used = ends.atSource("""
                SELECT DISTINCT s.spcname COLLATE "C"
                FROM pg_tablespace s JOIN pg_class c ON c.reltablespace = s.oid
                     LEFT JOIN pg_index x ON x.indexrelid = c.oid
                WHERE coalesce(x.indrelid, c.oid) = ANY (SELECT unnest(?::bigint[])::oid)
                ORDER BY 1
                """, tables).texts();
        TreeSet<String> missing = new TreeSet<>(used);
        ends.atDestination("SELECT spcname FROM pg_tablespace").texts().forEach(missing::remove);
        for (String tablespace : missing) {
            findings.warn(
                    tablespace,
                    "Tablespace " + tablespace
                            + ", which selected tables or their indexes use at the source, does not"
                            + " exist at the destination.",
                    "CREATE TABLESPACE " + Identifiers.quote(tablespace)
                            + " LOCATION '/path/on/the/server'; -- at the destination");
        }
        findings.passIfNothingFound(
                "tablespaces", "Every tablespace the selected tables use exists at the destination.");
    }
}
