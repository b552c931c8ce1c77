package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.PostgresValueConverter;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.jdbc.JdbcConfiguration;
import io.debezium.relational.Column;
import io.debezium.relational.ColumnEditor;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * Debezium's sessions at the source in addition to the stream: one for tables and positions, one for types. For a table that the stream describes it reads the names of the columns,
 * whether they are nullable, and their defaults: types come with the stream. Both may have changed since the change of the row.
 *
 * <p>Used by the one thread that reads the WAL, except for {@link #end}.
 */
final class CatalogConnection extends PostgresConnection {

    private static final String COLUMNS = """
            SELECT a.attname, a.attnotnull,
                   CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END
            FROM pg_catalog.pg_attribute a
            LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """;

    /** Each needs another command of another session. */
    private static final int READINGS = 20;

    private final EscapedNames names;
    private boolean over;

    CatalogConnection(
            JdbcConfiguration configuration, TypeRegistry types, PostgresValueConverter values, EscapedNames names) {
        super(configuration, types, registry -> values, CONNECTION_GENERAL);
        this.names = names;
    }

    private CatalogConnection(JdbcConfiguration configuration) {
        super(configuration, CONNECTION_GENERAL);
        this.names = new EscapedNames();
    }

    /** Returns a connection that describes no tables, for the registry of types. */
    static CatalogConnection ofTypes(JdbcConfiguration configuration) {
        return new CatalogConnection(configuration);
    }

    /** Debezium's class opens a new session whenever it has none, also when a thread that ends late asks for one. */
    @Override
    public synchronized Connection connection(boolean executeOnConnect) throws SQLException {
        if (over) {
            throw new SQLException("The connection to the catalog has ended", "08003");
        }
        return super.connection(executeOnConnect);
    }

    /** Closes it for good. */
    synchronized void end() throws SQLException {
        over = true;
        close();
    }

    @Override
    public List<Column> getTableColumnsForDecoder(TableId table, Tables.ColumnNameFilter filter) throws SQLException {
        List<Column> described = described(table);
        names.read(described.stream().map(Column::name).toList());
        return described;
    }

    /** A table may be dropped while it is read: the next reading finds that it is gone. */
    private List<Column> described(TableId table) throws SQLException {
        for (int left = READINGS; left > 1; left--) {
            try {
                return columns(table);
            } catch (SQLException e) {
                if (!SqlFaults.isDisturbed(e)) {
                    throw e;
                }
                if (!connection().getAutoCommit()) {
                    connection().rollback();
                }
            }
        }
        return columns(table);
    }

    private List<Column> columns(TableId table) throws SQLException {
        List<Column> described = new ArrayList<>();
        try (PreparedStatement statement = connection().prepareStatement(COLUMNS)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ColumnEditor column =
                            Column.editor().name(rows.getString(1)).optional(!rows.getBoolean(2));
                    String byDefault = rows.getString(3);
                    described.add((byDefault == null ? column : column.defaultValueExpression(byDefault)).create());
                }
            }
        }
        return described;
    }
}
