package org.dtssync.app.structure;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Runs queries that let PostgreSQL print statements: each row has kind, name, section, the table it belongs to (schema,
 * name), another table it locks (schema, name), the statement, and what follows it where owners are kept.
 *
 * <p>Not thread-safe.
 */
final class CatalogQueries {

    private final Connection connection;
    private final Array relations;
    private final Array schemas;
    private final Owners owners;

    CatalogQueries(Connection connection, Collection<Long> relations, Collection<String> schemas, Owners owners)
            throws SQLException {
        this.connection = connection;
        this.relations = connection.createArrayOf("bigint", relations.toArray());
        this.schemas = connection.createArrayOf("text", schemas.toArray());
        this.owners = owners;
    }

    /** Returns the objects that a query prints for the migrated relations, whose oids are its parameter. */
    List<StructureObject> ofRelations(String query) throws SQLException {
        return print(query, relations);
    }

    /** Returns the objects that a query prints for the migrated schemas, whose names are its parameter. */
    List<StructureObject> ofSchemas(String query) throws SQLException {
        return print(query, schemas);
    }

    /** Returns the objects a query without a parameter prints. */
    List<StructureObject> ofDatabase(String query) throws SQLException {
        return print(query, null);
    }

    private List<StructureObject> print(String query, @Nullable Array parameter) throws SQLException {
        List<StructureObject> objects = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            if (parameter != null) {
                statement.setArray(1, parameter);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    objects.add(read(rows));
                }
            }
        }
        return objects;
    }

    private StructureObject read(ResultSet rows) throws SQLException {
        List<TableName> tables = new ArrayList<>();
        for (int column = 4; column <= 6; column += 2) {
            if (rows.getString(column) != null) {
                tables.add(new TableName(rows.getString(column), rows.getString(column + 1)));
            }
        }
        String kind = rows.getString(1);
        String owner = owners == Owners.KEEP && rows.getMetaData().getColumnCount() > 8 ? rows.getString(9) : "";
        return new StructureObject(
                0,
                kind + ":" + rows.getString(2),
                kind,
                Section.of(rows.getString(3)),
                tables,
                rows.getString(8) + owner);
    }
}
