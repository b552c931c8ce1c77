package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * Reads the schema objects of both ends in the same way and names those whose statements differ.
 *
 * <p>What is made only once applications have moved ({@link LateObjects}) is not compared. Servers of different versions print some things differently; {@link PrintedStatement} defines which differences are ignored.
 * Thread-safe.
 */
public final class StructureComparison {

    private final DatabaseConnections source;
    private final DatabaseConnections destination;
    private final ObjectSelection selection;

    /** Creates a comparison; opens nothing yet. */
    public StructureComparison(DatabaseConnections source, DatabaseConnections destination, ObjectSelection selection) {
        this.source = source;
        this.destination = destination;
        this.selection = selection;
    }

    /**
     * The result of a comparison.
     *
     * @param objects how many objects there are, at either end
     * @param differences those that differ, by name
     */
    public record Outcome(int objects, List<StructureDifference> differences) {
        /** Copies the list. */
        public Outcome {
            differences = List.copyOf(differences);
        }
    }

    /** Returns the names of objects that are missing, additional or different at the destination; empty if all is equal. */
    public List<String> differences() {
        return compare().differences().stream().map(StructureDifference::object).toList();
    }

    /** Compares every object. */
    public Outcome compare() {
        ComparedObjects objects = read();
        return new Outcome(objects.names().size(), objects.differences());
    }

    /** Reads both databases. */
    public ComparedObjects read() {
        Set<String> schemas = new HashSet<>(schemas(source));
        schemas.addAll(schemas(destination));
        return new ComparedObjects(
                read(source, selection),
                read(destination, selection),
                new PrintedStatement(schemas),
                version(source) == version(destination));
    }

    /** Returns digests of the objects of one database, as {@link ComparedObjects#changes} needs them recorded. */
    public static Map<String, String> digests(DatabaseConnections database, ObjectSelection selection) {
        return ComparedObjects.digests(read(database, selection));
    }

    private static Map<String, StructureObject> read(DatabaseConnections database, ObjectSelection selection) {
        Map<String, StructureObject> objects = new LinkedHashMap<>();
        SettingReader.of(new StructureReader(database, selection), database, selection).read().stream()
                .filter(object -> !LateObjects.isLate(object))
                .forEach(object -> objects.put(object.name(), object));
        return objects;
    }

    private static int version(DatabaseConnections database) {
        try (Connection connection = database.open()) {
            return connection.getMetaData().getDatabaseMajorVersion();
        } catch (SQLException e) {
            throw SqlFaults.explain("The version of the " + database.role() + " could not be read", e);
        }
    }

    private static Set<String> schemas(DatabaseConnections database) {
        Set<String> schemas = new HashSet<>();
        try (Connection connection = database.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT nspname FROM pg_namespace")) {
            while (rows.next()) {
                schemas.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The schemas of the " + database.role() + " could not be read", e);
        }
        return schemas;
    }
}
