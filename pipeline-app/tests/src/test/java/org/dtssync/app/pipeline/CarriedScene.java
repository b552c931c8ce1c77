package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.state.Author;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.structure.CatalogPrint;
import org.dtssync.app.tasks.RunRequest;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;

/** A running task; what it cannot carry is left out, so that one run shows everything. */
final class CarriedScene implements AutoCloseable {

    private static final Pattern NUMBER = Pattern.compile("ddl show TASK.yaml (\\S+?\\.\\d+)");

    private final List<String> problems = new ArrayList<>();
    private final DatabaseSettings source;
    private final DatabaseSettings destination;
    private RunningPair pair;
    private int marker;

    CarriedScene(RunningPair pair) {
        this(pair, pair.source(), pair.destination());
    }

    /** Creates one whose sessions belong to other accounts than those of the task. */
    CarriedScene(RunningPair pair, DatabaseSettings source, DatabaseSettings destination) {
        this.pair = pair;
        this.source = source;
        this.destination = destination;
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    @Override
    public void close() throws Exception {
        pair.close();
    }

    /** What PostgreSQL refuses at the source is part of the case. */
    void runAnyway(CommandCase one) throws Exception {
        try (Connection session = open(source, "")) {
            for (String message : one.messages()) {
                try {
                    execute(session, message);
                } catch (SQLException refused) {
                    execute(session, "rollback");
                }
            }
        }
        run(new CommandCase(one.label(), List.of()));
    }

    void run(CommandCase one) throws Exception {
        send(one);
        arrive(one.label());
    }

    /** Runs the messages of a case in a session of its own, and waits for nothing. */
    void send(CommandCase one) throws Exception {
        one.send(source);
    }

    /** Waits until everything has arrived, and compares. */
    void arrive(String label) throws Exception {
        RunningPair.execute(source, "INSERT INTO public.marker VALUES (" + ++marker + ")");
        while (!arrives()) {
            leaveOut(label);
        }
        compare(label);
    }

    /** What a role owned leaves the task with it. */
    void dropsOwned(String role) throws Exception {
        List<DatabaseSettings> ends = List.of(source, destination);
        for (DatabaseSettings end : ends) {
            RunningPair.execute(end, "CREATE ROLE " + role);
        }
        try {
            run(new CommandCase(
                    "what a role owned",
                    List.of(
                            "create table public.owned (id int primary key); alter table public.owned owner to " + role,
                            "insert into public.owned values (1)",
                            "drop owned by " + role)));
            assertThat(
                            RunningPair.query(
                                    destination,
                                    "SELECT count(*) FROM dts_sync.table_progress WHERE table_name = 'owned' AND structure IS NULL"))
                    .isEqualTo("1");
        } finally {
            for (DatabaseSettings end : ends) {
                RunningPair.execute(end, "DROP ROLE " + role);
            }
        }
    }

    /** What the command needs is different at the destination: nothing of its transaction is there, until that is corrected. */
    void stopsAsAWhole() throws Exception {
        RunningPair.execute(destination, "CREATE TABLE public.taken (n text)");
        RunningPair.execute(
                source,
                "BEGIN; INSERT INTO public.marker VALUES (-1); CREATE TABLE public.taken (id int PRIMARY KEY);"
                        + "INSERT INTO public.taken VALUES (7); COMMIT");
        await().atMost(Duration.ofMinutes(1)).until(() -> !pair.isRunning());
        assertThatThrownBy(pair::awaitEnd)
                .hasMessageContaining("Command 1 (CREATE TABLE) of the transaction at ")
                .hasMessageContaining("could not be carried: CREATE TABLE public.taken")
                .hasMessageContaining("already exists");
        pair.stop();
        assertThat(RunningPair.query(destination, "SELECT count(*) FROM public.marker WHERE n = -1"))
                .isEqualTo("0");
        assertThat(RunningPair.query(
                        destination, "SELECT string_agg(state, ',') FROM dts_sync.ddl_command WHERE state <> 'done'"))
                .isEqualTo("failed");
        RunningPair.execute(destination, "DROP TABLE public.taken");
        pair = RunningPair.begin(pair.task());
        run(new CommandCase("after a command that failed", List.of()));
    }

    /** Before version 16 the source continues to send the rows of a renamed schema's tables under their earlier names. */
    void stopsAtARenamedSchema() throws Exception {
        RunningPair.execute(
                source,
                "CREATE SCHEMA early; CREATE TABLE early.kept (id int PRIMARY KEY); INSERT INTO early.kept VALUES (1)");
        arrive("a schema to rename");
        RunningPair.execute(source, "ALTER SCHEMA early RENAME TO late");
        RunningPair.execute(source, "INSERT INTO late.kept VALUES (2)");
        await().atMost(Duration.ofMinutes(1)).until(() -> !pair.isRunning());
        assertThatThrownBy(pair::awaitEnd)
                .hasMessageContaining("A schema was renamed (ALTER SCHEMA early RENAME TO late)")
                .hasMessageContaining("Rename it at the destination too and run with --resnapshot late.kept.");
        pair.stop();
        RunningPair.execute(destination, "ALTER SCHEMA early RENAME TO late");
        pair = RunningPair.begin(pair.task(), RunRequest.parse(null, List.of(), List.of("late.kept")));
        arrive("after a schema was renamed");
        RunningPair.execute(source, "INSERT INTO late.kept VALUES (3)");
        arrive("rows of a renamed schema");
    }

    private boolean arrives() {
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !pair.isRunning()
                        || RunningPair.query(destination, "SELECT count(*) FROM public.marker WHERE n = " + marker)
                                .equals("1"));
        return pair.isRunning();
    }

    private void leaveOut(String label) throws Exception {
        String fault;
        try {
            pair.awaitEnd();
            fault = "it ended";
        } catch (java.util.concurrent.ExecutionException | CompletionException e) {
            fault = String.valueOf(e.getCause());
        }
        problems.add(label + ": " + fault);
        pair.stop();
        Matcher number = NUMBER.matcher(fault);
        assertThat(number.find()).as(problems.toString()).isTrue();
        new DdlCommandStore(
                        new DatabaseConnections(End.DESTINATION, destination, "test"),
                        pair.task().name())
                .skip(number.group(1), new Author("test", "test"), null);
        pair = RunningPair.begin(pair.task());
    }

    private void compare(String label) throws Exception {
        List<String> there = catalog(destination);
        List<String> here = catalog(source);
        List<String> missing = new ArrayList<>(here);
        there.forEach(missing::remove);
        List<String> added = new ArrayList<>(there);
        here.forEach(added::remove);
        if (!missing.isEmpty() || !added.isEmpty()) {
            problems.add(label + ": missing " + missing + ", too many " + added);
        }
        Map<String, List<String>> rows = TableTexts.differencesOfEverySchema(source, destination);
        rows.keySet().removeIf(table -> table.contains("outer_space"));
        if (!rows.isEmpty()) {
            problems.add(label + ": " + rows);
        }
    }

    private static List<String> catalog(DatabaseSettings database) throws SQLException {
        return CatalogPrint.of(new DatabaseConnections(End.SOURCE, database, "test")).stream()
                .filter(line -> !line.contains("outer_space"))
                // The source's own identity is for what it sends.
                .map(line -> line.replaceFirst("^(relation \\S+ \\S+ [rp] [pu]) [dfin] ", "$1 "))
                .toList();
    }

    /** In simple mode the driver sends a text as one message. */
    static Connection open(DatabaseSettings database, String options) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("options", options);
        properties.setProperty("user", database.user());
        properties.setProperty("preferQueryMode", "simple");
        return DriverManager.getConnection(database.url(), properties);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }
}
