package org.dtssync.app.inventory;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * Every object of one database, as its catalogs have them. Immutable.
 *
 * @param version the server's major version
 * @param objects all of them
 * @param grants the privileges of each object that has others than it was created with, by the row's title
 * @param contents what can be said of rows that belong to the database and to no selected table, by the row's title
 * @param dependencies what needs what
 */
public record CatalogObjects(
        int version,
        List<CatalogObject> objects,
        Map<String, Grants> grants,
        Map<String, String> contents,
        List<Dependency> dependencies) {

    private static final String LARGE_OBJECT = "large object";

    /** Copies the collections. */
    public CatalogObjects {
        objects = List.copyOf(objects);
        grants = Map.copyOf(grants);
        contents = Map.copyOf(contents);
        dependencies = List.copyOf(dependencies);
    }

    /**
     * The privileges of an object, as {@code role=PRIVILEGE}, with a star behind those that can be passed on.
     *
     * @param now as they are
     * @param initial as they were when the object was created
     * @param identity what PostgreSQL calls the object
     * @param target how a GRANT names it
     */
    record Grants(List<String> now, List<String> initial, String identity, String target) {

        Grants {
            now = List.copyOf(now);
            initial = List.copyOf(initial);
        }
    }

    /**
     * An object that needs another one.
     *
     * @param from the one that needs it
     * @param to the one it needs
     * @param part whether it is a part of the one it needs
     */
    record Dependency(ObjectKey from, ObjectKey to, boolean part) {}

    /** Reads them in a session of its own. */
    public static CatalogObjects read(DatabaseConnections database) {
        return database.inTransaction(
                "The objects of the " + database.role() + " could not be read", CatalogObjects::read);
    }

    /** Reads them in a session, in which names are printed with their schemas. Takes no lock that blocks writers. */
    public static CatalogObjects read(Connection connection) throws SQLException {
        int version = connection.getMetaData().getDatabaseMajorVersion();
        List<InventoryQuery> queries = new ArrayList<>(SchemaObjectQueries.all());
        queries.addAll(DatabaseObjectQueries.all());
        queries.addAll(RelationQueries.all());
        queries.addAll(PropertyQueries.all());
        List<CatalogObject> objects = new ArrayList<>();
        for (InventoryQuery query : queries) {
            if (version >= query.since()) {
                objects.addAll(query.run(connection));
            }
        }
        Map<ObjectKey, CatalogObject> known = new HashMap<>();
        objects.stream().filter(object -> !object.property()).forEach(object -> known.put(object.key(), object));
        Remarks remarks = new Remarks(connection, known);
        objects.addAll(remarks.comments());
        objects.addAll(remarks.labels());
        Map<String, Grants> grants = new HashMap<>();
        objects.addAll(remarks.grants(grants));
        Map<String, String> contents = new HashMap<>();
        objects.addAll(remarks.configurationRows(contents));
        objects.stream()
                .filter(object -> object.kind().equals(LARGE_OBJECT))
                .forEach(object -> contents.put(object.title(), Long.toString(object.count())));
        return new CatalogObjects(version, objects, grants, contents, dependencies(connection));
    }

    private static List<Dependency> dependencies(Connection connection) throws SQLException {
        List<Dependency> dependencies = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(RemarkQueries.DEPENDENCIES)) {
            while (rows.next()) {
                dependencies.add(new Dependency(
                        new ObjectKey(rows.getLong(1), rows.getLong(2)),
                        new ObjectKey(rows.getLong(3), rows.getLong(4)),
                        rows.getBoolean(5)));
            }
        }
        return dependencies;
    }
}
