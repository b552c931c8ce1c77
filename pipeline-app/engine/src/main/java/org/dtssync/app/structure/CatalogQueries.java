package org.dtssync.app.structure;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.state.Section;
import org.dtssync.app.structure.PrintedObject.Stage;
import org.dtssync.connectors.postgres.TableName;

/**
 * Runs queries that let PostgreSQL print statements.
 *
 * <p>There are two kinds. A query for <em>parts</em> of tables returns catalog and oid of what its statement is about, kind, name,
 * section, the table it belongs to (schema, name), another table it locks (schema, name), the statement, and what follows it
 * where owners are kept. A query for <em>whole objects</em> returns catalog, oid, kind, name, table (schema, name), parent (schema,
 * name), the statement without comment, owner and grants, how the object is called in {@code ALTER}, {@code COMMENT ON} and {@code GRANT},
 * its owner's oid, its grants with their type for {@code acldefault}, and more statements of the last two kinds.
 *
 * <p>Not thread-safe.
 */
final class CatalogQueries {

    /**
     * Adds comment, owner and grants to whole objects. Grants are repeated in their order, each by the role that gave it, so that the
     * destination keeps them in the same form, unless a new object has them anyway; all privileges are granted as ALL, since a newer
     * server may have more of them.
     */
    private static final String WHOLE_OBJECTS = """
            WITH object (catalog, oid, kind, name, schema, table_name, parent_schema, parent, statement, called, owner, acl,
                         acl_type, comments, grants) AS (
            %s
            )
            SELECT o.catalog::oid::bigint, o.oid::bigint, o.kind, o.name, 'pre-data', o.schema, o.table_name, o.parent_schema,
                   o.parent,
                   o.statement || coalesce(E';\\nCOMMENT ON ' || o.called || ' IS ' || quote_literal(
                       (SELECT d.description FROM pg_description d
                        WHERE d.objoid = o.oid AND d.classoid = o.catalog AND d.objsubid = 0
                          AND NOT (o.called IN ('SCHEMA public', 'SCHEMA "public"') AND d.description = 'standard public schema'))), '')
                   || coalesce(o.comments, ''),
                   coalesce(E';\\nALTER ' || o.called || ' OWNER TO ' || quote_ident(pg_get_userbyid(o.owner)), '')
                   || CASE WHEN o.acl IS NULL OR o.isDefault THEN '' ELSE
                       format(E';\\nREVOKE ALL ON %%s FROM PUBLIC', o.granted)
                       || coalesce(', ' || quote_ident(pg_get_userbyid(o.owner)), '')
                       || coalesce((SELECT string_agg(
                              CASE WHEN o.owner IS NULL OR g.grantor = o.owner THEN format(E';\\n%%s', g.statement)
                                   ELSE format(E';\\nSET LOCAL ROLE %%I;\\n%%s;\\nSET LOCAL ROLE NONE', pg_get_userbyid(g.grantor), g.statement)
                              END, '' ORDER BY g.grantor <> o.owner, g.place)
                          FROM (SELECT min(a.place) AS place, a.grantor,
                                       format('GRANT %%s ON %%s TO %%s%%s',
                                           CASE WHEN count(*) = (SELECT count(*)
                                                                 FROM aclexplode(acldefault(o.acl_type::"char", o.owner)) d
                                                                 WHERE d.grantee = o.owner) THEN 'ALL'
                                                ELSE string_agg(a.privilege_type, ', ' ORDER BY a.place) END,
                                           o.granted,
                                           CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                                           CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
                                FROM aclexplode(o.acl::aclitem[]) WITH ORDINALITY
                                    AS a(grantor, grantee, privilege_type, is_grantable, place)
                                GROUP BY a.grantor, a.grantee, a.is_grantable) g), '') END
                   || coalesce(o.grants, '')
            FROM (SELECT *, regexp_replace(called, '\\A(MATERIALIZED )?VIEW ', 'TABLE ') AS granted,
                         o.owner IS NOT NULL AND o.acl_type IS NOT NULL
                             AND ARRAY(SELECT a::text FROM unnest(o.acl::aclitem[]) a ORDER BY 1)
                                 = ARRAY(SELECT a::text FROM unnest(acldefault(o.acl_type::"char", o.owner)) a ORDER BY 1) AS isDefault
                  FROM object o) o
            """;

    private final Connection connection;
    private final Owners owners;

    CatalogQueries(Connection connection, Owners owners) {
        this.connection = connection;
        this.owners = owners;
    }

    /** Returns the parts that a query prints for objects, whose oids are its parameter. */
    List<PrintedObject> parts(String query, Collection<Long> oids) throws SQLException {
        return print(query, "bigint", oids, Stage.CREATION);
    }

    /** Returns the statements that a query prints to change objects that exist by then, whose oids are its parameter. */
    List<PrintedObject> changes(String query, Collection<Long> oids) throws SQLException {
        return print(query, "bigint", oids, Stage.CHANGE);
    }

    /** Returns the statements that a query prints for the migrated schemas, whose names are its parameter. */
    List<PrintedObject> ofSchemas(String query, Collection<String> schemas) throws SQLException {
        return print(query, "text", schemas, Stage.CHANGE);
    }

    /** Returns the placeholders that a query prints for objects, whose oids are its parameter. */
    List<PrintedObject> placeholders(String query, Collection<Long> oids) throws SQLException {
        return print(query, "bigint", oids, Stage.PLACEHOLDER);
    }

    /** Returns the whole objects that a query prints, whose oids are its parameter. */
    List<PrintedObject> objects(String query, Collection<Long> oids) throws SQLException {
        return print(WHOLE_OBJECTS.formatted(query), "bigint", oids, Stage.CREATION);
    }

    /** Returns whole objects without some of their parts, whose oids are the second parameter. */
    List<PrintedObject> objectsWithout(String query, Collection<Long> oids, Collection<Long> parts)
            throws SQLException {
        return print(WHOLE_OBJECTS.formatted(query), "bigint", oids, Stage.CREATION, parts);
    }

    @SafeVarargs
    private List<PrintedObject> print(
            String query, String type, Collection<?> wanted, Stage stage, Collection<Long>... more)
            throws SQLException {
        List<PrintedObject> objects = new ArrayList<>();
        if (wanted.isEmpty()) {
            return objects;
        }
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setArray(1, connection.createArrayOf(type, wanted.toArray()));
            for (int i = 0; i < more.length; i++) {
                statement.setArray(i + 2, connection.createArrayOf("bigint", more[i].toArray()));
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    objects.add(read(rows, stage));
                }
            }
        }
        return objects;
    }

    private PrintedObject read(ResultSet rows, Stage stage) throws SQLException {
        List<TableName> tables = new ArrayList<>();
        for (int column = 6; column <= 8; column += 2) {
            if (rows.getString(column) != null) {
                tables.add(new TableName(rows.getString(column), rows.getString(column + 1)));
            }
        }
        String owner = owners == Owners.KEEP && rows.getMetaData().getColumnCount() > 10 ? rows.getString(11) : "";
        String statement = rows.getString(10) + owner;
        return new PrintedObject(
                new ObjectAddress(rows.getLong(1), rows.getLong(2)),
                stage,
                rows.getString(3),
                rows.getString(4),
                Section.of(rows.getString(5)),
                tables,
                // Some have nothing to be created but grants.
                statement.startsWith(";\n") ? statement.substring(2) : statement);
    }
}
