package io.debezium.connector.postgresql;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TypeInfo;

/**
 * Takes the place of Debezium's class of the same name and knows each type by its object identifier alone.
 *
 * <p>Debezium's own reads all types of the database at the start, and fails at an enum without labels or a domain over an enum,
 * wherever they are used; and it takes types of one name in different schemas for one. Since values stay text, nothing of a type
 * is needed but its identifier and its name: bases, labels and the elements of users' arrays are left out, and types are read when they first come
 * up. This class must come before Debezium's jar in the class path; {@code Capture} checks that it does. See
 * docs/decisions/0002-values-as-the-servers-text.md.
 *
 * <p>Thread-safe as far as the connection is.
 */
public class TypeRegistry {

    /** Names that Debezium's other classes ask for. */
    public static final String TYPE_NAME_GEOGRAPHY = "geography";

    /** Another of those names. */
    public static final String TYPE_NAME_GEOMETRY = "geometry";

    /** Another of those names. */
    public static final String TYPE_NAME_CITEXT = "citext";

    /** Another of those names. */
    public static final String TYPE_NAME_HSTORE = "hstore";

    /** Another of those names. */
    public static final String TYPE_NAME_LTREE = "ltree";

    /** Another of those names. */
    public static final String TYPE_NAME_ISBN = "isbn";

    /** Another of those names. */
    public static final String TYPE_NAME_VECTOR = "vector";

    /** Another of those names. */
    public static final String TYPE_NAME_HALF_VECTOR = "halfvec";

    /** Another of those names. */
    public static final String TYPE_NAME_SPARSE_VECTOR = "sparsevec";

    /** Another of those names. */
    public static final String TYPE_NAME_TSVECTOR = "tsvector";

    /** Stands for no modifier. */
    public static final int NO_TYPE_MODIFIER = -1;

    /** Stands for an unknown length. */
    public static final int UNKNOWN_LENGTH = -1;

    /** JDBC's code of a domain, which no type of this registry has: a domain is known as itself. */
    static final int DOMAIN_TYPE = Types.DISTINCT;

    /** No object has this identifier: no type gets a treatment of its own. */
    private static final int NO_TYPE = Integer.MIN_VALUE;

    /** From here on object identifiers belong to users and extensions. */
    private static final long FIRST_NORMAL_OID = 16_384;

    private final PostgresConnection connection;
    private final Map<Integer, PostgresType> byOid = new ConcurrentHashMap<>();
    private final Map<String, PostgresType> byName = new ConcurrentHashMap<>();

    /** Creates an empty registry that reads by a connection when it is asked. */
    public TypeRegistry(PostgresConnection connection) {
        this.connection = connection;
    }

    /** Returns the type of an object identifier. */
    public PostgresType get(int oid) {
        PostgresType known = byOid.get(oid);
        if (known == null) {
            known = read(
                    "SELECT oid::bigint, typname, CASE typcategory WHEN 'A' THEN typelem::bigint ELSE 0 END"
                            + " FROM pg_catalog.pg_type WHERE oid = ?",
                    Integer.toUnsignedLong(oid));
            byOid.put(oid, known);
        }
        return known;
    }

    /** Returns a type of a name, one that a table of the schema would mean if there are several. */
    public PostgresType get(String schemaName, String typeName) {
        return get(typeName);
    }

    /** Returns a type of a name, quoted and qualified or not, PostgreSQL's own if there are several. */
    public PostgresType get(String name) {
        PostgresType known = byName.get(name);
        if (known == null) {
            known = read("""
                    SELECT t.oid::bigint, t.typname, CASE t.typcategory WHEN 'A' THEN t.typelem::bigint ELSE 0 END
                    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                    WHERE t.typname = CASE ?1::text WHEN 'serial' THEN 'int4' WHEN 'smallserial' THEN 'int2'
                                              WHEN 'bigserial' THEN 'int8' ELSE ?1 END
                          OR pg_catalog.format('%s.%s', n.nspname, t.typname) = ?1
                          OR pg_catalog.format('"%s"."%s"', n.nspname, t.typname) = ?1
                          OR pg_catalog.format('"%s"', t.typname) = ?1
                    ORDER BY n.nspname = 'pg_catalog' DESC, t.oid LIMIT 1
                    """.replace("?1", "?"), name);
            byName.put(name, known);
        }
        return known;
    }

    private PostgresType read(String query, Object parameter) {
        try {
            Connection session = connection.connection();
            try (PreparedStatement statement = session.prepareStatement(query)) {
                int parameters = statement.getParameterMetaData().getParameterCount();
                for (int i = 1; i <= parameters; i++) {
                    statement.setObject(i, parameter);
                }
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next()
                            ? type(session, rows.getLong(1), rows.getString(2), rows.getLong(3))
                            : PostgresType.UNKNOWN;
                }
            }
        } catch (SQLException e) {
            throw new DebeziumException("A type could not be looked up in the source's catalog", e);
        }
    }

    private PostgresType type(Connection session, long oid, String name, long element) throws SQLException {
        TypeInfo info = session.unwrap(BaseConnection.class).getTypeInfo();
        int jdbcType = oid < FIRST_NORMAL_OID ? info.getSQLType(name) : Types.OTHER;
        // An array is a text too, and so is anything else that the driver would take apart.
        int plain =
                jdbcType == Types.ARRAY || jdbcType == Types.STRUCT || jdbcType == DOMAIN_TYPE ? Types.OTHER : jdbcType;
        return new PostgresType.Builder(this, name, (int) oid, plain, NO_TYPE_MODIFIER, info)
                // Debezium plans a converter for its own arrays, although ours takes its place.
                .elementType(oid < FIRST_NORMAL_OID ? (int) element : 0)
                .build();
    }

    /** Returns the types looked up so far. */
    public Map<String, PostgresType> getRegisteredTypes() {
        return Map.copyOf(byName);
    }

    /** Returns a name that no catalog spells otherwise: types are found by identifier here. */
    public static String normalizeTypeName(String typeName) {
        return typeName;
    }

    /** Returns no identifier. */
    public int geometryOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int geographyOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int citextOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int hstoreOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int ltreeOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int isbnOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int hstoreArrayOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int geometryArrayOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int geographyArrayOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int citextArrayOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int ltreeArrayOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int vectorOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int halfVectorOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int sparseVectorOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int tsVectorOid() {
        return NO_TYPE;
    }

    /** Returns no identifier. */
    public int isbn() {
        return NO_TYPE;
    }
}
