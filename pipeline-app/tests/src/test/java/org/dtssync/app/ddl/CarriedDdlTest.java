package org.dtssync.app.ddl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.structure.CatalogPrint;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the recorder of a source writes down is enough to repeat every command at a destination, with the same catalogs in the end. */
@ExtendWith(ServersExtension.class)
class CarriedDdlTest {

    private static final ObjectSelection SELECTION =
            new ObjectSelection(List.of("public.*", "app.*", "arch.*", "Sch Two.*", "sch2.*"), List.of(), Owners.KEEP);

    private static final String SETUP = """
            CREATE SCHEMA app; CREATE SCHEMA arch; CREATE SCHEMA aside; CREATE SCHEMA dts_sync;
            CREATE TABLE public.t1 (id int PRIMARY KEY, v text, n numeric);
            CREATE TABLE public.t2 (id bigint PRIMARY KEY, ref int REFERENCES public.t1, "Odd Name" text, d date);
            CREATE TABLE public.parts (id int, at timestamptz NOT NULL, msg text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE public.parts_1 PARTITION OF public.parts FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
            CREATE TYPE public.color AS ENUM ('red', 'green');
            CREATE DOMAIN public.posint AS int CHECK (value > 0);
            CREATE TABLE public.en (id int PRIMARY KEY, c public.color, p public.posint);
            CREATE VIEW public.v1 AS SELECT id FROM public.t1;
            CREATE TABLE app.own (id int PRIMARY KEY, x text)
            """;

    @ParameterizedTest
    @CsvSource({"14, 17", "17, 17", "18, 18"})
    void everyCommandIsRepeated(int from, int to, Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(from);
        DatabaseSettings destination = servers.freshDatabase(to);
        String role = servers.uniqueName();
        try (Connection made = open(source, "");
                Connection carried = open(destination, "")) {
            execute(made, "CREATE ROLE " + role);
            if (from != to) {
                execute(carried, "CREATE ROLE " + role);
            }
            try {
                carry(source, destination, made, carried, from, role);
            } finally {
                carried.setAutoCommit(true);
                execute(carried, "DROP OWNED BY " + role + " CASCADE");
                execute(made, "DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
                execute(carried, "DROP ROLE IF EXISTS " + role);
            }
        }
    }

    private static void carry(
            DatabaseSettings source,
            DatabaseSettings destination,
            Connection made,
            Connection carried,
            int from,
            String role)
            throws Exception {
        begin(made, carried);
        for (Connection end : List.of(made, carried)) {
            execute(end, "GRANT CREATE, USAGE ON SCHEMA app, public TO " + role);
        }
        carried.setAutoCommit(false);
        List<String> problems = new ArrayList<>();
        long last = 0;
        for (Case one : cases(role)) {
            try (Connection session = open(source, one.options())) {
                for (String message : one.messages()) {
                    execute(session, message);
                }
            }
            last = repeat(made, carried, last, from, one.label(), problems);
        }
        carried.setAutoCommit(true);
        assertThat(problems).isEmpty();
        assertThat(catalog(destination)).isEqualTo(catalog(source));
    }

    private static void begin(Connection made, Connection carried) throws SQLException {
        for (Connection end : List.of(made, carried)) {
            execute(end, SETUP);
        }
        DdlRecorder.install(made);
        DdlRecorder.enter(
                made,
                new DdlRecorder.Task("t", "dts_sync_t", List.of("^(public|app|arch|sch2|Sch Two)[.]"), List.of()));
        execute(made, "CREATE PUBLICATION dts_sync_t FOR TABLE dts_sync.ddl WITH (publish_via_partition_root = true)");
        CarriedDdl.prepare(carried);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void randomCommandsAreRepeated(long seed, Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(seed % 2 == 0 ? 18 : 17);
        DatabaseSettings destination = servers.freshDatabase(seed % 2 == 0 ? 18 : 17);
        int version = seed % 2 == 0 ? 18 : 17;
        try (Connection made = open(source, "");
                Connection session = open(source, "");
                Connection carried = open(destination, "")) {
            begin(made, carried);
            carried.setAutoCommit(false);
            RandomCommands random = new RandomCommands(seed);
            List<String> problems = new ArrayList<>();
            long last = 0;
            int succeeded = 0;
            List<String> messages = new ArrayList<>(RandomCommands.first());
            for (int i = 0; i < 100; i++) {
                messages.add(random.message());
            }
            for (String message : messages) {
                try {
                    execute(session, message);
                    succeeded++;
                } catch (SQLException e) {
                    execute(session, "rollback");
                }
                last = repeat(made, carried, last, version, message, problems);
            }
            carried.setAutoCommit(true);
            assertThat(problems).isEmpty();
            assertThat(succeeded).isGreaterThan(30);
            assertThat(catalog(destination)).isEqualTo(catalog(source));
        }
    }

    /** Each transaction of the source is one of the destination's, in the order of the commits. */
    private static long repeat(
            Connection made, Connection carried, long last, int from, String label, List<String> problems)
            throws SQLException {
        Map<String, List<RecordedCommand>> transactions = new TreeMap<>();
        long newest = last;
        List<String> order = new ArrayList<>();
        try (Statement statement = made.createStatement();
                ResultSet rows = statement.executeQuery("SELECT xid::text AS xid, " + RecordedCommand.COLUMNS
                        + " FROM dts_sync.ddl WHERE number > " + last + " ORDER BY number")) {
            while (rows.next()) {
                Map<String, String> row = new HashMap<>();
                ResultSetMetaData columns = rows.getMetaData();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    row.put(columns.getColumnName(i), rows.getString(i));
                }
                String xid = Objects.requireNonNull(row.get("xid"));
                if (!transactions.containsKey(xid)) {
                    order.add(xid);
                }
                RecordedCommand command = RecordedCommand.of(row);
                transactions.computeIfAbsent(xid, absent -> new ArrayList<>()).add(command);
                newest = command.number();
            }
        }
        for (String xid : order) {
            CarriedDdl carrying = new CarriedDdl(carried, SELECTION, Lsn.ZERO, from);
            for (RecordedCommand command : transactions.getOrDefault(xid, List.of())) {
                try {
                    carrying.run(command);
                } catch (SyncException e) {
                    problems.add(label + ": " + e.getMessage());
                }
            }
            carried.commit();
        }
        return newest;
    }

    /**
     * Commands that one session runs.
     *
     * @param label what they are about
     * @param options settings of the session
     * @param messages what it sends, each as one message
     */
    private record Case(String label, String options, List<String> messages) {}

    private static List<Case> cases(String role) throws IOException {
        try (InputStream input = CarriedDdlTest.class.getResourceAsStream("commands.sql")) {
            String text = new String(Objects.requireNonNull(input).readAllBytes(), StandardCharsets.UTF_8);
            List<Case> cases = new ArrayList<>();
            for (String part : text.replace("ROLE_NAME", role).split("(?m)^-- ", -1)) {
                if (!part.isBlank() && part.contains("\n")) {
                    String[] lines = part.split("\n", 2);
                    String[] heading = lines[0].split(" @ ", 2);
                    List<String> messages = new ArrayList<>();
                    for (String message : lines[1].split("(?m)^\\s*$", -1)) {
                        if (!message.isBlank()) {
                            messages.add(message.strip());
                        }
                    }
                    cases.add(new Case(heading[0], heading.length > 1 ? heading[1] : "", messages));
                }
            }
            return cases;
        }
    }

    /** In simple mode the driver sends a text as one message. */
    private static Connection open(DatabaseSettings database, String options) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("preferQueryMode", "simple");
        if (!options.isEmpty()) {
            properties.setProperty("options", options);
        }
        return DriverManager.getConnection(database.url(), properties);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    private static List<String> catalog(DatabaseSettings database) throws SQLException {
        return CatalogPrint.of(new DatabaseConnections(End.SOURCE, database, "test"));
    }
}
