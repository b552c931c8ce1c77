package org.dtssync.connectors.capture.debezium;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.relational.Column;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.dtssync.connectors.values.ColumnForm;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TypeInfo;

/**
 * Looks up what determines the form of a type's values: the type below domains, the elements of an array, the labels of an enum. By
 * object identifier: a user may have a type of any name.
 *
 * <p>Thread-safe as far as the connection is.
 */
final class TypeForms {

    private static final String TYPE = """
            SELECT t.typname, t.typtype, t.typbasetype, t.typtypmod, e.oid,
                   (SELECT string_agg(l.enumlabel, ',' ORDER BY l.enumsortorder)
                    FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid)
            FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.typarray = t.oid
            WHERE t.oid = ?
            """;

    /** Object identifiers from here on are those of extensions and users. */
    private static final int FIRST_USER_OID = 16_384;

    /** Types of extensions that Debezium knows. */
    private static final Set<String> EXTENSIONS = Set.of("citext", "ltree");

    private static final int NO_MODIFIER = -1;

    /** How many bytes of a modifier are not the modifier itself. */
    private static final int HEADER_BYTES = 4;

    private static final int DEFAULT_FRACTION_DIGITS = 6;

    private final PostgresConnection catalog;
    private final Map<Integer, Type> types = new ConcurrentHashMap<>();

    private static final Type UNKNOWN = new Type(ColumnForm.TEXT, 'b', 0, NO_MODIFIER, 0, "");

    /** A type as the catalog has it; zero stands for no other type. */
    private record Type(String name, char kind, int base, int modifier, int element, String labels) {}

    TypeForms(PostgresConnection catalog) {
        this.catalog = catalog;
    }

    /** Returns what determines the form of a column's values. */
    ColumnForm of(Column column) {
        return of(column.nativeType(), column.length(), column.scale().orElse(0));
    }

    /**
     * The length and the scale of values.
     *
     * @param length precision, number of characters or bits, or how many characters their text has at most
     * @param scale digits of the fraction
     */
    record Size(int length, int scale) {}

    /** Returns the size that the type below a domain has, with the domain's modifiers; empty if the column's type is none. */
    Optional<Size> sizeOfDomain(Column column) {
        int oid = column.nativeType();
        Type type = type(oid);
        if (type.kind() != 'd') {
            return Optional.empty();
        }
        int modifier = NO_MODIFIER;
        while (type.kind() == 'd' && modifier == NO_MODIFIER) {
            modifier = type.modifier();
            oid = type.base();
            type = type(oid);
        }
        try {
            TypeInfo driver = catalog.connection().unwrap(BaseConnection.class).getTypeInfo();
            int precision = driver.getPrecision(oid, modifier);
            return Optional.of(new Size(
                    precision == 0 ? driver.getDisplaySize(oid, modifier) : precision, driver.getScale(oid, modifier)));
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private ColumnForm of(int oid, int length, int scale) {
        Type type = type(oid);
        return switch (type.kind()) {
            case 'd' -> domain(type, length, scale);
            case 'e' -> new ColumnForm(ColumnForm.ENUM, 0, 0, type.labels());
            case 'b' -> type.element() == 0 ? base(oid, type, length, scale) : array(type, length, scale);
            default -> text();
        };
    }

    private static ColumnForm text() {
        return new ColumnForm(ColumnForm.TEXT, 0, 0, "");
    }

    private ColumnForm array(Type array, int length, int scale) {
        ColumnForm element = of(array.element(), length, scale);
        return new ColumnForm(ColumnForm.ARRAY + element.type(), element.length(), element.scale(), element.labels());
    }

    /** A column of a domain has no modifiers of its own. */
    private ColumnForm domain(Type domain, int length, int scale) {
        int modifier = domain.modifier();
        Type base = type(domain.base());
        if (base.kind() == 'd') {
            return of(domain.base(), length, scale);
        }
        String name = base.element() == 0 ? base.name() : type(base.element()).name();
        return switch (name) {
            case "numeric" ->
                modifier == NO_MODIFIER
                        ? of(domain.base(), 0, 0)
                        : of(domain.base(), (modifier - HEADER_BYTES) >>> 16, modifier - HEADER_BYTES);
            case "bit" -> of(domain.base(), modifier, 0);
            default -> of(domain.base(), 0, modifier == NO_MODIFIER ? DEFAULT_FRACTION_DIGITS : modifier);
        };
    }

    private static ColumnForm base(int oid, Type type, int length, int scale) {
        boolean builtIn = Integer.compareUnsigned(oid, FIRST_USER_OID) < 0;
        if (!builtIn && !EXTENSIONS.contains(type.name())) {
            return text();
        }
        return new ColumnForm(
                type.name(),
                Math.max(0, length),
                type.name().equals("numeric") ? signed(scale) : Math.max(0, scale),
                "");
    }

    /** The scale of a number has eleven bits, one of which is its sign; the driver reads more. */
    private static int signed(int scale) {
        return ((scale & 0x7ff) ^ 0x400) - 0x400;
    }

    private Type type(int oid) {
        return types.computeIfAbsent(oid, this::read);
    }

    private Type read(int oid) {
        try (PreparedStatement statement = catalog.connection().prepareStatement(TYPE)) {
            statement.setLong(1, Integer.toUnsignedLong(oid));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return UNKNOWN;
                }
                String labels = row.getString(6);
                return new Type(
                        row.getString(1),
                        row.getString(2).charAt(0),
                        (int) row.getLong(3),
                        row.getInt(4),
                        (int) row.getLong(5),
                        labels == null ? "" : labels);
            }
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private static DebeziumException unreadable(SQLException e) {
        return new DebeziumException("A type could not be looked up in the source's catalog", e);
    }
}
