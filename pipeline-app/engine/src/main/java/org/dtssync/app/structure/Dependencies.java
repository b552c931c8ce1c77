package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What each object of a database needs, from {@code pg_depend}. Immutable.
 *
 * <p>The catalog records dependencies of parts: a default, a view's rule, a row type. A part counts as the object that it
 * belongs to; {@link Need#part} keeps which part it was, since some can be created later than the rest.
 */
final class Dependencies {

    /**
     * Partitions of an index or a trigger are made with their root's or attached to it, whatever their order. A sequence is
     * created before the table that owns it, since a default uses it.
     */
    private static final String EDGES = """
            SELECT d.classid::bigint, d.objid::bigint, d.refclassid::bigint, d.refobjid::bigint, d.deptype
            FROM pg_depend d
            WHERE d.objid >= 16384 AND (d.refobjid >= 16384 OR d.refclassid = 'pg_namespace'::regclass)
              AND d.deptype IN ('n', 'a', 'i', 'e')
              AND NOT (d.deptype = 'a' AND d.classid = 'pg_class'::regclass AND d.refobjsubid > 0
                       AND EXISTS (SELECT FROM pg_class s WHERE s.oid = d.objid AND s.relkind = 'S'))
            ORDER BY d.classid, d.objid, d.refclassid, d.refobjid
            """;

    /**
     * One need.
     *
     * @param on what is needed
     * @param part the part that needs it: the object itself, or for example the default of a column
     */
    record Need(ObjectAddress on, ObjectAddress part) {}

    private final Set<ObjectAddress> objects;
    private final Map<ObjectAddress, ObjectAddress> parents = new HashMap<>();
    private final Map<ObjectAddress, List<Need>> needs = new LinkedHashMap<>();

    private Dependencies(Set<ObjectAddress> objects) {
        this.objects = objects;
    }

    /** Reads the dependencies between objects. */
    static Dependencies read(Connection connection, Set<ObjectAddress> objects) throws SQLException {
        Dependencies dependencies = new Dependencies(objects);
        List<ObjectAddress[]> edges = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(EDGES)) {
            while (rows.next()) {
                ObjectAddress from = new ObjectAddress(rows.getLong(1), rows.getLong(2));
                ObjectAddress to = new ObjectAddress(rows.getLong(3), rows.getLong(4));
                String type = rows.getString(5);
                if (!type.equals("n") && !objects.contains(from)) {
                    // A member of an extension belongs to that, whatever else it is a part of.
                    dependencies.parents.merge(from, to, (known, other) -> type.equals("e") ? other : known);
                } else {
                    edges.add(new ObjectAddress[] {from, to});
                }
            }
        }
        edges.forEach(edge -> dependencies.add(edge[0], edge[1]));
        return dependencies;
    }

    private void add(ObjectAddress part, ObjectAddress needed) {
        Optional<ObjectAddress> from = owner(part);
        Optional<ObjectAddress> to = owner(needed);
        if (from.isPresent() && to.isPresent() && !from.equals(to)) {
            needs.computeIfAbsent(from.get(), absent -> new ArrayList<>()).add(new Need(to.get(), part));
        }
    }

    /** Returns the object that an address belongs to: itself, or what it is a part of; empty for objects of the server. */
    Optional<ObjectAddress> owner(ObjectAddress part) {
        Set<ObjectAddress> seen = new HashSet<>();
        @Nullable ObjectAddress at = part;
        while (at != null && !objects.contains(at)) {
            at = seen.add(at) ? parents.get(at) : null;
        }
        return Optional.ofNullable(at);
    }

    /** Returns what an object and its parts need. */
    List<Need> needs(ObjectAddress object) {
        return needs.getOrDefault(object, List.of());
    }
}
