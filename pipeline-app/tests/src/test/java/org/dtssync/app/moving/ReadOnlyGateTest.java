package org.dtssync.app.moving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ServersExtension.class)
class ReadOnlyGateTest {

    private static final String SETTINGS = """
            SELECT coalesce(string_agg(format('%%s %%s %%s', setrole::regrole, setdatabase, setconfig), '; '
                                       ORDER BY setrole, setdatabase), '')
            FROM pg_db_role_setting
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
               OR setrole IN ('%1$s'::regrole, '%2$s'::regrole)
            """;

    private Sql database;
    private String stubborn;
    private String stranger;
    private String task;

    @BeforeEach
    void makeRoles(Servers servers) throws SQLException {
        database = new Sql(servers.freshDatabase(17));
        stubborn = servers.uniqueName();
        stranger = servers.uniqueName();
        task = servers.uniqueName();
        String name = database.query("SELECT quote_ident(current_database())");
        database.execute("""
                CREATE TABLE public.a (id int PRIMARY KEY);
                CREATE ROLE %1$s LOGIN PASSWORD 'secret'; CREATE ROLE %2$s LOGIN PASSWORD 'secret';
                GRANT ALL ON public.a TO %1$s; GRANT CONNECT ON DATABASE %3$s TO %1$s, %2$s;
                REVOKE USAGE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO %1$s;
                ALTER ROLE %1$s SET default_transaction_read_only = off;
                ALTER ROLE %1$s IN DATABASE %3$s SET default_transaction_read_only = 'no';
                ALTER ROLE %1$s IN DATABASE %3$s SET work_mem = '5MB';
                ALTER DATABASE %3$s SET default_transaction_read_only = off;
                """.formatted(stubborn, stranger, name));
        new ProgressStore(database.connections(End.SOURCE), task).install();
        database.execute("INSERT INTO dts_sync.fence VALUES ('" + task + "', 7)");
    }

    @AfterEach
    void dropRoles() throws SQLException {
        for (String role : List.of(stubborn, stranger)) {
            database.execute("DROP OWNED BY " + role);
            database.execute("DROP ROLE " + role);
        }
    }

    @Test
    void keepsOutRolesWithSettingsOfTheirOwnAndPutsEachBackExactly() throws Exception {
        String before = settings();
        ReadOnlyGate fence = fence(List.of(new TableName("public", "a")));

        try (ReadOnlyGate.Locks locks = fence.raise(new Epoch(task, 7))) {
            locks.requireHeld();
        }
        try (ReadOnlyGate.Locks again = fence.raise(new Epoch(task, 7))) {
            again.requireHeld();
        }

        assertThat(settings()).isNotEqualTo(before);
        try (Connection login = database.connect(stubborn);
                Statement statement = login.createStatement()) {
            assertThatThrownBy(() -> statement.execute("DELETE FROM public.a"))
                    .hasMessageContaining("read-only transaction");
        }
        assertThat(fence.liftingStatements()).hasSize(2).anyMatch(sql -> sql.endsWith("= 'no';"));
        assertThat(fence.lift(new Epoch(task, 7))).isTrue();
        assertThat(settings()).isEqualTo(before);
        assertThat(fence.lift(new Epoch(task, 7))).isFalse();
    }

    @Test
    void provesItselfWithoutAnyTable() throws Exception {
        try (ReadOnlyGate.Locks locks = fence(List.of()).raise(new Epoch(task, 7))) {
            locks.requireHeld();
        }

        assertThat(fence(List.of()).lift(new Epoch(task, 7))).isTrue();
    }

    @Test
    void isNeitherRaisedNorLiftedByAnInstanceThatWasReplaced() throws Exception {
        String before = settings();
        ReadOnlyGate fence = fence(List.of());
        assertThatThrownBy(() -> fence.raise(new Epoch(task, 6)))
                .isInstanceOfSatisfying(
                        SyncException.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.FENCED));
        assertThat(settings()).isEqualTo(before);

        fence.raise(new Epoch(task, 7)).close();
        String raised = settings();
        assertThatThrownBy(() -> fence.lift(new Epoch(task, 6))).isInstanceOf(SyncException.class);

        assertThat(settings()).isEqualTo(raised).isNotEqualTo(before);
    }

    private ReadOnlyGate fence(List<TableName> tables) {
        return new ReadOnlyGate(
                database.connections(End.SOURCE), tables, List.of(stubborn, stranger), task, "dts_sync_test");
    }

    private String settings() throws SQLException {
        return database.query(SETTINGS.formatted(stubborn, stranger));
    }
}
