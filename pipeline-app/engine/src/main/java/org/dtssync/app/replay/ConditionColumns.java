package org.dtssync.app.replay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.RowShape;

/**
 * The columns that a condition can name, with their types at the destination: those of the row's shape, of earlier shapes and of the
 * table as it is now, since a condition is the same for the whole history. Columns that the condition cannot name are left out. Not
 * thread-safe.
 */
final class ConditionColumns {

    private static final String OF_TABLE = """
            SELECT a.attname, t.typname, pg_catalog.format_type(a.atttypid, -1)
            FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = pg_catalog.to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """;

    private static final String BY_NAME = """
            SELECT pg_catalog.format_type(t.oid, -1)
            FROM pg_catalog.pg_type t
            JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typname = ?
            ORDER BY n.nspname = 'pg_catalog' DESC, n.nspname = ? DESC
            LIMIT 1
            """;

    /** Values whose type no longer exists can still be compared as texts. */
    private static final String TEXT = "pg_catalog.text";

    private final Connection connection;
    private final String condition;
    private final IdentityHashMap<RowShape, List<Typed>> ofShapes = new IdentityHashMap<>();
    private final Map<TableName, Map<String, Typed>> known = new HashMap<>();

    /**
     * A column.
     *
     * @param name its name
     * @param typeName the name of its type, as the records have it
     * @param type its type as SQL
     */
    record Typed(String name, String typeName, String type) {
        String quoted() {
            return Identifiers.quote(name);
        }
    }

    ConditionColumns(Connection connection, String condition) {
        this.connection = connection;
        this.condition = condition.toLowerCase(Locale.ROOT);
    }

    List<Typed> of(RowShape shape) throws SQLException {
        List<Typed> typed = ofShapes.get(shape);
        if (typed == null) {
            typed = resolve(shape);
            ofShapes.put(shape, typed);
        }
        return typed;
    }

    private List<Typed> resolve(RowShape shape) throws SQLException {
        Map<String, Typed> earlier = known.get(shape.table());
        if (earlier == null) {
            earlier = ofTable(shape.table());
            known.put(shape.table(), earlier);
        }
        Map<String, Typed> all = new LinkedHashMap<>(earlier);
        for (RowShape.Column column : shape.columns()) {
            Typed before = all.get(column.name());
            if (before == null || !column.type().map(before.typeName()::equals).orElse(true)) {
                all.put(column.name(), byName(column, shape.table()));
            }
        }
        earlier.putAll(all);
        List<Typed> named = new ArrayList<>();
        boolean whole = mayName(shape.table().table());
        all.values().stream().filter(column -> whole || mayName(column.name())).forEach(named::add);
        return named;
    }

    /** A name stands in an expression as it is, in other letters unless it is quoted, or with escapes. */
    private boolean mayName(String name) {
        return condition.contains("u&\"")
                || condition.contains(name.toLowerCase(Locale.ROOT).replace("\"", "\"\""));
    }

    private Map<String, Typed> ofTable(TableName table) throws SQLException {
        Map<String, Typed> columns = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(OF_TABLE)) {
            statement.setString(1, table.sql());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.put(rows.getString(1), new Typed(rows.getString(1), rows.getString(2), rows.getString(3)));
                }
            }
        }
        return columns;
    }

    private Typed byName(RowShape.Column column, TableName table) throws SQLException {
        Optional<String> name = column.type();
        if (name.isPresent()) {
            try (PreparedStatement statement = connection.prepareStatement(BY_NAME)) {
                statement.setString(1, name.get());
                statement.setString(2, table.schema());
                try (ResultSet rows = statement.executeQuery()) {
                    if (rows.next()) {
                        return new Typed(column.name(), name.get(), rows.getString(1));
                    }
                }
            }
        }
        return new Typed(column.name(), name.orElse(""), TEXT);
    }
}
