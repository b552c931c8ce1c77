package io.debezium.connector.postgresql.connection;

import io.debezium.connector.postgresql.PostgresStreamingChangeEventSource.PgConnectionSupplier;
import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.TypeRegistry;

/**
 * Takes the place of Debezium's class of the same name and hands every value on as the text that the server sent.
 *
 * <p>Debezium's own parses the text into Java classes before any converter sees it, and that loses values for good: the
 * offset of {@code timetz}, infinite intervals (which become zero), intervals beyond 2^31 hours. There is no setting or
 * extension point in between. This class must come before Debezium's jar in the class path; {@code Capture} checks that it
 * does. See docs/decisions/0002-values-as-the-servers-text.md.
 *
 * <p>Stateless and thread-safe.
 */
public final class ReplicationMessageColumnValueResolver {

    private ReplicationMessageColumnValueResolver() {}

    /**
     * Returns the value's text as the server printed it, or null for NULL. The signature is Debezium's.
     */
    public static Object resolveValue(
            String columnName,
            PostgresType type,
            String fullType,
            ReplicationMessage.ColumnValue<?> value,
            PgConnectionSupplier connection,
            boolean includeUnknownDatatypes,
            TypeRegistry typeRegistry) {
        return value.isNull() ? null : value.asString();
    }
}
