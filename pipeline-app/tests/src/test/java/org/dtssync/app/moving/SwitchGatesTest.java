package org.dtssync.app.moving;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.PostgresSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a server of its own, since it is set up as one that nothing can flow back from. */
class SwitchGatesTest {

    private static final TableName OWNED = new TableName("public", "owned");
    private static final TableName KEYLESS = new TableName("public", "keyless");

    @TempDir
    static Path directory;

    private static EmbeddedPostgres server;
    private static Sql from;
    private static Sql to;

    @BeforeAll
    static void start() throws SQLException {
        server = EmbeddedPostgres.start(PostgresSettings.of(17, directory.resolve("server"))
                .with("wal_level", "replica")
                .with("max_wal_senders", "0")
                .with("max_replication_slots", "0")
                .with("max_prepared_transactions", "3"));
        Sql all = new Sql(server.superuser("postgres"));
        all.execute("CREATE DATABASE source");
        all.execute("CREATE DATABASE destination");
        from = new Sql(server.superuser("source"));
        to = new Sql(server.superuser("destination"));
        all.execute("CREATE ROLE mover LOGIN; CREATE ROLE app LOGIN; CREATE ROLE stubborn LOGIN");
        all.execute("ALTER ROLE stubborn SET default_transaction_read_only = off");
        for (Sql database : List.of(from, to)) {
            database.execute("CREATE TABLE public.owned (id int PRIMARY KEY); CREATE TABLE public.keyless (id int)");
        }
        from.execute("ALTER TABLE public.owned ADD CHECK (id > 0), ADD FOREIGN KEY (id) REFERENCES public.owned");
        to.execute("ALTER TABLE public.owned OWNER TO mover; REVOKE CREATE ON DATABASE destination FROM PUBLIC");
        to.execute("ALTER DATABASE destination SET default_transaction_read_only = on");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tellsEverythingThatStandsInTheWayAtOnce() throws SQLException {
        try (Connection other = from.connect("postgres");
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("INSERT INTO public.owned VALUES (1)");
            statement.execute("PREPARE TRANSACTION 'forgotten'");

            List<String> problems = failures("mover", List.of("app", "nobody"));

            assertThat(problems).allMatch(problem -> problem.endsWith(".") || problem.endsWith(";"));
            assertThat(String.join("\n", problems))
                    .contains(
                            "Prepared transaction 'forgotten' at the source",
                            "does not own the source's database",
                            "may not end sessions at the source",
                            "Role stubborn has default_transaction_read_only of its own at the source",
                            "cannot prove for role app that the source is read-only",
                            "Role nobody of switchover.application.roles does not exist at the source",
                            "Role nobody of switchover.application.roles does not exist at the destination",
                            "The destination has wal_level replica",
                            "The destination has no free replication slot",
                            "The destination has no free WAL sender",
                            "may not make a publication at the destination. Run: GRANT CREATE ON DATABASE",
                            "may not replicate from the destination",
                            "does not own table public.keyless of role postgres at the destination, which reverse replication has to"
                                    + " publish. Run: ALTER TABLE public.keyless OWNER TO mover;",
                            "No usable replica identity at the destination: table public.keyless. Once",
                            "does not own the destination's database",
                            "cannot prove for role app that the destination is read-only",
                            "The destination's database has default_transaction_read_only = on",
                            "may not set session_replication_role at the source")
                    .doesNotContain("table public.owned", "prove for role nobody", "GRANT postgres");
            other.setAutoCommit(true);
            statement.execute("ROLLBACK PREPARED 'forgotten'");
        }
    }

    @Test
    void oneWayAsksForNothingThatOnlyFlowingBackNeeds() {
        SwitchGates all = gates("mover", List.of("app"));
        SwitchGates oneWay = new SwitchGates(
                all.from(), all.to(), all.tables(), all.applicationRoles(), all.ownSessions(), all.writable(), false);

        assertThat(oneWay.gates())
                .filteredOn(gate -> gate.result() == Gate.Result.FAIL)
                .extracting(Gate::group)
                .containsOnly(Gate.Group.READ_ONLY, Gate.Group.REPLICATION);
    }

    @Test
    void asksNothingThatASuperuserHasAnyway() {
        assertThat(failures("postgres", List.of("app", "stubborn")))
                .hasSize(5)
                .noneMatch(problem -> problem.contains("account"));
    }

    @Test
    void tellsWhatIsMetTooWithWhatWasMeasured() {
        List<Gate> gates = gates("postgres", List.of("app")).gates();

        assertThat(gates)
                .filteredOn(gate -> gate.result() == Gate.Result.PASS)
                .extracting(Gate::id)
                .contains("open-transactions", "database-owner", "application-role", "session-replication-role")
                .doesNotContain("wal-level", "writable");
        assertThat(gates)
                .filteredOn(gate -> gate.id().equals("replication-slots"))
                .containsExactly(Gate.fail(
                                "replication-slots",
                                Gate.Group.REVERSE,
                                "The destination has no free replication slot.",
                                "Raise max_replication_slots.")
                        .at("destination", "")
                        .measured(0, 0, ""));
    }

    private static List<String> failures(String user, List<String> roles) {
        return Gate.failed(gates(user, roles).gates()).stream()
                .map(Gate::sentence)
                .toList();
    }

    private static SwitchGates gates(String user, List<String> roles) {
        return new SwitchGates(
                from.connections(End.SOURCE, user),
                to.connections(End.DESTINATION, user),
                List.of(OWNED, KEYLESS),
                roles,
                "dts_sync_test",
                true,
                true);
    }
}
