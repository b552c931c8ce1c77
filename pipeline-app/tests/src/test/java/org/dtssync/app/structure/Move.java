package org.dtssync.app.structure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.StructureSettings;
import org.dtssync.app.config.StructureSettings.Reader;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.app.structure.pgdump.ReaderChoice;
import org.dtssync.app.testing.PgClient;
import org.dtssync.app.testing.Servers;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;

/** A fresh source and a fresh destination of one test, and the parts under test put together for them. */
final class Move {

    static final ObjectSelection EVERYTHING = new ObjectSelection(List.of("*.*"), List.of(), Owners.KEEP);

    final DatabaseConnections source;
    final DatabaseConnections destination;
    final StructureObjectStore store;
    final Epoch epoch = new Epoch("shop", 1);
    final List<String> tried = Collections.synchronizedList(new ArrayList<>());

    Move(Servers servers, int from, int to) throws SQLException {
        this(servers.postgres(from), servers.postgres(to));
    }

    Move(EmbeddedPostgres from, EmbeddedPostgres to) throws SQLException {
        createDatabase(connections(End.SOURCE, from, "postgres"), "structure_source");
        createDatabase(connections(End.DESTINATION, to, "postgres"), "structure_destination");
        source = connections(End.SOURCE, from, "structure_source");
        destination = connections(End.DESTINATION, to, "structure_destination");
        new ProgressStore(destination, "shop").install();
        execute(destination, "INSERT INTO dts_sync.fence VALUES ('shop', 1)");
        store = new StructureObjectStore(destination, "shop");
    }

    /** Sends several statements as one text, as the test's SQL is written. */
    private static DatabaseConnections connections(End role, EmbeddedPostgres server, String database) {
        DatabaseSettings settings = server.superuser(database);
        return new DatabaseConnections(
                role,
                new DatabaseSettings(
                        settings.url(), settings.user(), settings.password(), Map.of("preferQueryMode", "simple")),
                "structure-test");
    }

    static String everything() throws IOException {
        return sql("everything.sql");
    }

    static String sql(String resource) throws IOException {
        try (InputStream stream = Move.class.getResourceAsStream(resource)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    List<StructureObject> read(ObjectSelection selection) {
        List<StructureObject> objects = new StructureReader(source, selection).read();
        store.save(objects, epoch);
        return objects;
    }

    /** Reads with pg_dump instead. */
    List<StructureObject> readWithPgDump(ObjectSelection selection) {
        List<StructureObject> objects = new ReaderChoice(
                        new StructureSettings(Reader.PG_DUMP, PgClient.program("pg_dump")),
                        source,
                        Optional.of(destination),
                        selection)
                .reader()
                .read();
        store.save(objects, epoch);
        return objects;
    }

    StructureApplier applier(Existing existing) {
        return applier(existing, 3);
    }

    StructureApplier applierWith(int workers) {
        return applier(Existing.FAIL, workers);
    }

    private StructureApplier applier(Existing existing, int workers) {
        tried.clear();
        return new StructureApplier(
                destination, store, epoch, existing, workers, (object, state, seconds) -> tried.add(object.name()));
    }

    StructureApplier applier() {
        return applier(Existing.FAIL);
    }

    /** Makes all sections. */
    void make(Existing existing) {
        StructureApplier applier = applier(existing);
        for (Section section : Section.values()) {
            applier.apply(section);
        }
    }

    static void execute(DatabaseConnections database, String sql) throws SQLException {
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute("SET search_path = public, pg_catalog");
            statement.execute(sql);
        }
    }

    /** Runs statements one by one, and returns those that the server refused with its message. */
    static List<String> tryAll(DatabaseConnections database, List<String> statements) throws SQLException {
        List<String> refused = new ArrayList<>();
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String sql : statements) {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    refused.add(ObjectMaker.message(e) + ": " + sql);
                }
            }
        }
        return refused;
    }

    static List<String> query(DatabaseConnections database, String sql) throws SQLException {
        try (Connection connection = database.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    /** Names of objects that the list holds in a state. */
    List<String> inState(ObjectState state) {
        return store.list().stream()
                .filter(stored -> stored.state() == state)
                .map(stored -> stored.object().name())
                .toList();
    }

    private static void createDatabase(DatabaseConnections server, String name) throws SQLException {
        for (String role : List.of("app_reader", "app_owner")) {
            if (query(server, "SELECT rolname FROM pg_roles WHERE rolname = '" + role + "'")
                    .isEmpty()) {
                execute(server, "CREATE ROLE " + role);
            }
        }
        try (Connection connection = server.open();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
            statement.execute("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
        }
    }
}
