package org.dtssync.connectors.capture.debezium;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.jdbc.JdbcConfiguration;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.core.BaseConnection;

/**
 * Knows each type by its object identifier alone, reads it at its first use, and declares every one an enum: of enums Debezium
 * passes on the server's text.
 *
 * <p>Debezium's own registry reads all types of the database in its constructor. It fails at an enum without labels or a domain over an
 * enum, used or not, and confuses types of the same name in different schemas. Here its constructor finds none. See
 * docs/decisions/0002-values-as-the-servers-text.md.
 *
 * <p>Thread-safe as far as the connection is.
 */
final class ExactTypeRegistry extends TypeRegistry {

    /** Stands for a type that no longer exists in the catalog. */
    private static final String UNKNOWN = "unknown";

    private final PostgresConnection catalog;
    private final TypeForms forms;
    private final Map<Integer, PostgresType> byOid = new ConcurrentHashMap<>();
    private final Map<String, PostgresType> byName = new ConcurrentHashMap<>();

    /**
     * Creates a registry without types.
     *
     * @param configuration how the source is reached
     * @param catalog reads types on demand; the caller owns it
     */
    ExactTypeRegistry(JdbcConfiguration configuration, PostgresConnection catalog) {
        super(new CatalogWithoutTypes(configuration, catalog));
        this.catalog = catalog;
        this.forms = new TypeForms(catalog);
    }

    /** Returns what determines the forms of values. */
    TypeForms forms() {
        return forms;
    }

    @Override
    public PostgresType get(int oid) {
        return byOid.computeIfAbsent(oid, this::read);
    }

    @Override
    public PostgresType get(String schemaName, String typeName) {
        return get(typeName);
    }

    /** Returns any type of the name: all are treated the same. */
    @Override
    public PostgresType get(String name) {
        return byName.computeIfAbsent(
                name,
                unread -> new PostgresType.Builder(this, unread, 0, Types.OTHER, NO_TYPE_MODIFIER, null)
                        .enumValues(List.of())
                        .build());
    }

    @Override
    public Map<String, PostgresType> getRegisteredTypes() {
        return Map.of();
    }

    private PostgresType read(int oid) {
        try (PreparedStatement statement =
                catalog.connection().prepareStatement("SELECT typname FROM pg_catalog.pg_type WHERE oid = ?")) {
            statement.setLong(1, Integer.toUnsignedLong(oid));
            try (ResultSet rows = statement.executeQuery()) {
                PostgresType type = new PostgresType.Builder(
                                this,
                                rows.next() ? rows.getString(1) : UNKNOWN,
                                oid,
                                Types.OTHER,
                                NO_TYPE_MODIFIER,
                                catalog.connection()
                                        .unwrap(BaseConnection.class)
                                        .getTypeInfo())
                        .enumValues(List.of())
                        .build();
                byName.putIfAbsent(type.getName(), type);
                return type;
            }
        } catch (SQLException e) {
            throw new DebeziumException("A type could not be looked up in the source's catalog", e);
        }
    }

    /** Answers every query with no rows. Closing it is not needed: it opens nothing. */
    private static final class CatalogWithoutTypes extends PostgresConnection {

        private final PostgresConnection catalog;

        CatalogWithoutTypes(JdbcConfiguration configuration, PostgresConnection catalog) {
            super(configuration, CONNECTION_GENERAL);
            this.catalog = catalog;
        }

        @Override
        public synchronized Connection connection() throws SQLException {
            Connection session = catalog.connection();
            return proxy(
                    Connection.class,
                    session,
                    (method, arguments) -> method.getName().equals("createStatement")
                            ? statement(session.createStatement())
                            : call(session, method, arguments));
        }

        private static Statement statement(Statement real) {
            return proxy(
                    Statement.class,
                    real,
                    (method, arguments) -> method.getName().equals("executeQuery")
                            ? real.executeQuery("SELECT WHERE false")
                            : call(real, method, arguments));
        }

        private static <T> T proxy(Class<T> type, T real, Answer answer) {
            return type.cast(Proxy.newProxyInstance(
                    real.getClass().getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, arguments) -> answer.of(method, arguments)));
        }

        private static Object call(Object real, Method method, Object[] arguments) throws Throwable {
            try {
                return method.invoke(real, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        @FunctionalInterface
        private interface Answer {
            Object of(Method method, Object[] arguments) throws Throwable;
        }
    }
}
