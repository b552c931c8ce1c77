package org.dtssync.app.inventory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.structure.StructureReader;
import org.dtssync.app.testing.Servers;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;

/** A database with at least one object of every kind. */
final class EveryKind implements AutoCloseable {

    static final ObjectSelection SHOP = new ObjectSelection(List.of("shop.*"), List.of(), Owners.KEEP);

    final DatabaseSettings settings;
    final DatabaseConnections database;

    EveryKind(Servers servers, int version) throws SQLException, IOException {
        settings = servers.freshDatabase(version);
        database = new DatabaseConnections(
                End.SOURCE,
                new DatabaseSettings(
                        settings.url(), settings.user(), settings.password(), Map.of("preferQueryMode", "simple")),
                "inventory-test");
        for (String role : List.of("every_kind_owner", "every_kind_reader")) {
            if (texts("SELECT rolname FROM pg_roles WHERE rolname = '" + role + "'")
                    .isEmpty()) {
                execute("CREATE ROLE " + role);
            }
        }
        if (texts("SELECT spcname FROM pg_tablespace WHERE spcname = 'every_kind_space'")
                .isEmpty()) {
            execute("SET allow_in_place_tablespaces = on", "CREATE TABLESPACE every_kind_space LOCATION ''");
        }
        execute(sql());
    }

    private static String sql() throws IOException {
        try (InputStream stream = EveryKind.class.getResourceAsStream("every-kind.sql")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    Inventory inventory(ObjectSelection selection) {
        return Judgement.of(database, selection, new StructureReader(database, selection).read());
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            statement.execute("RESET search_path");
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    List<String> texts(String query) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Connection connection = database.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }

    /** A database with a subscription cannot be dropped. */
    @Override
    public void close() throws SQLException {
        execute("DROP SUBSCRIPTION IF EXISTS from_partner");
    }
}
