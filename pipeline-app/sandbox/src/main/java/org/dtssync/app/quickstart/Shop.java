package org.dtssync.app.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * The sample database: made at the source; at the destination only the empty database and its roles. Immutable.
 *
 * @param source the superuser's connections to the source's database
 * @param destination the superuser's connections to the destination's database
 * @param password of the accounts
 */
record Shop(DatabaseConnections source, DatabaseConnections destination, String password) {

    static final String DATABASE = "shop";
    static final String MIGRATOR = "migrator";
    static final String APPLICATION = "shop_application";

    private static final int PASSWORD_BITS = 128;

    /** Makes the database at both servers, and its objects and rows at the source. */
    static Shop create(QuickstartServers servers, int rows) {
        String password = new BigInteger(PASSWORD_BITS, new SecureRandom()).toString(Character.MAX_RADIX);
        Shop shop = new Shop(
                prepared(End.SOURCE, servers.source(), password),
                prepared(End.DESTINATION, servers.destination(), password),
                password);
        execute(shop.source, resource("structure.sql"));
        execute(shop.source, "SET shop.rows = '" + rows + "';\n" + resource("rows.sql"));
        return shop;
    }

    private static DatabaseConnections prepared(End role, EmbeddedPostgres server, String password) {
        DatabaseConnections all =
                new DatabaseConnections(role, server.superuser(EmbeddedPostgres.SUPERUSER), "quickstart");
        execute(all, "CREATE DATABASE " + DATABASE);
        execute(all, resource("roles.sql").replace(":password", "'" + password + "'"));
        return new DatabaseConnections(role, server.superuser(DATABASE), "quickstart");
    }

    /** Returns connections of the application to the source. */
    DatabaseConnections application() {
        DatabaseSettings settings = new DatabaseSettings(source.settings().url(), APPLICATION, password, Map.of());
        return new DatabaseConnections(End.SOURCE, settings, "shop");
    }

    /** Returns the tables that are moved, partitioned ones as their root, in the order of their names. */
    List<TableName> tables() {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT nspname, relname
                        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                        WHERE nspname IN ('shop', 'audit') AND relkind IN ('r', 'p') AND NOT relispartition
                        ORDER BY 1, 2
                        """)) {
            List<TableName> tables = new ArrayList<>();
            while (rows.next()) {
                tables.add(new TableName(rows.getString(1), rows.getString(2)));
            }
            return tables;
        } catch (SQLException e) {
            throw SqlFaults.explain("The sample database's tables could not be listed", e);
        }
    }

    private static void execute(DatabaseConnections database, String sql) {
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw SqlFaults.explain("The sample database could not be made at the " + database.role(), e);
        }
    }

    private static String resource(String name) {
        try (InputStream stream = Shop.class.getResourceAsStream(name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
