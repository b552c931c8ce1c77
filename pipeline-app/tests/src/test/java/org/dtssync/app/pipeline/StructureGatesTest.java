package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.moving.SequenceGates;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.sequences.TaskSequences;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.ReadOnlyDefault;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What was changed at one of both databases after the task had made it keeps applications from moving, and the SQL that each gate prints
 * is all that it takes. What two versions print in different ways does not.
 */
@ExtendWith(ServersExtension.class)
class StructureGatesTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.customer (id int PRIMARY KEY, name text NOT NULL, since date DEFAULT current_date);
            CREATE TABLE public.purchase (id int PRIMARY KEY, customer int CONSTRAINT of_customer REFERENCES public.customer ON DELETE CASCADE,
                amount numeric(10,2) CONSTRAINT positive CHECK (amount > 0));
            CREATE INDEX purchase_by_amount ON public.purchase (amount DESC);
            CREATE UNIQUE INDEX "Odd index" ON public.customer (lower(name));
            CREATE TYPE public.mood AS ENUM ('calm', 'wild');
            CREATE FUNCTION public.tax() RETURNS numeric LANGUAGE sql AS 'SELECT 0.19';
            CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
            CREATE TRIGGER noted BEFORE UPDATE ON public.customer FOR EACH ROW EXECUTE FUNCTION public.note();
            CREATE TRIGGER also_noted AFTER UPDATE ON public.customer FOR EACH ROW EXECUTE FUNCTION public.note();
            CREATE TABLE public.parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE public.parted_a PARTITION OF public.parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY HASH (id);
            CREATE TABLE public.parted_a0 PARTITION OF public.parted_a FOR VALUES WITH (MODULUS 1, REMAINDER 0);
            CREATE TRIGGER noted BEFORE UPDATE ON public.parted FOR EACH ROW EXECUTE FUNCTION public.note();
            ALTER TABLE public.parted_a0 DISABLE TRIGGER noted;
            CREATE RULE kept AS ON DELETE TO public.customer WHERE old.id = 0 DO INSTEAD NOTHING;
            CREATE VIEW public.big AS SELECT purchase.id, customer.name FROM public.purchase JOIN public.customer ON customer.id = purchase.customer;
            CREATE VIEW public.plain AS SELECT customer.id FROM public.customer WHERE customer.name <> 'x';
            CREATE VIEW public.fenced WITH (security_barrier) AS SELECT customer.id FROM public.customer;
            CREATE MATERIALIZED VIEW public.totals AS SELECT purchase.customer, sum(purchase.amount) FROM public.purchase GROUP BY purchase.customer;
            CREATE FUNCTION public.counted() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) FROM customer); END';
            CREATE MATERIALIZED VIEW public.crowd AS SELECT public.counted() AS n;
            CREATE POLICY own ON public.customer USING (customer.id > 0);
            ALTER TABLE public.customer ENABLE ROW LEVEL SECURITY;
            CREATE STATISTICS public.together ON id, name FROM public.customer;
            COMMENT ON FUNCTION public.tax() IS 'a;
            GRANT';
            INSERT INTO public.customer SELECT i, 'n' || i FROM generate_series(1, 20) i;
            INSERT INTO public.purchase SELECT i, 1 + i % 20, i FROM generate_series(1, 50) i;
            """;

    private static final String CHANGES = """
            CREATE OR REPLACE FUNCTION public.tax() RETURNS numeric LANGUAGE sql AS 'SELECT 0.07';
            CREATE OR REPLACE VIEW public.plain AS SELECT id FROM public.customer WHERE name <> 'y';
            ALTER VIEW public.fenced RESET (security_barrier);
            ALTER POLICY own ON public.customer USING (false);
            ALTER TABLE public.customer FORCE ROW LEVEL SECURITY;
            ALTER TABLE public.customer DISABLE TRIGGER noted;
            DROP TRIGGER also_noted ON public.customer;
            CREATE TRIGGER also_noted AFTER INSERT ON public.customer FOR EACH ROW EXECUTE FUNCTION public.note();
            CREATE OR REPLACE RULE kept AS ON DELETE TO public.customer WHERE old.id = 1 DO INSTEAD NOTHING;
            ALTER TABLE public.customer ALTER name DROP NOT NULL, ALTER since SET DEFAULT '2000-01-01';
            ALTER TABLE public.purchase DROP CONSTRAINT of_customer, DROP CONSTRAINT positive,
                ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES public.customer, ADD CONSTRAINT positive CHECK (amount > 1) NOT VALID;
            DROP INDEX public."Odd index"; CREATE INDEX "Odd index" ON public.customer (lower(name));
            DROP INDEX public.purchase_by_amount;
            DROP TYPE public.mood; CREATE TYPE public.mood AS ENUM ('calm');
            ALTER TABLE public.purchase OWNER TO pg_monitor;
            ALTER FUNCTION public.note() OWNER TO pg_monitor;
            GRANT INSERT (name) ON public.customer TO pg_monitor;
            """;

    /** Without these, applications work as before. */
    private static final String UNNOTICED = """
            COMMENT ON TABLE public.customer IS 'x'; ALTER TABLE public.customer SET (fillfactor = 70);
            ALTER TABLE public.customer ALTER name SET STATISTICS 200; ALTER INDEX public.purchase_by_amount SET (fillfactor = 80);
            ALTER MATERIALIZED VIEW public.totals SET (autovacuum_enabled = off);
            """;

    private static final String MADE_MEANWHILE = """
            CREATE SEQUENCE public.numbers INCREMENT 5;
            CREATE FUNCTION public.later() RETURNS int LANGUAGE sql AS 'SELECT 1';
            CREATE VIEW public.latest AS SELECT public.later() AS x, id FROM public.customer;
            CREATE INDEX later_by_name ON public.customer (name);
            CREATE OR REPLACE FUNCTION public.tax() RETURNS numeric LANGUAGE sql AS 'SELECT 0.2';
            GRANT SELECT ON public.customer TO pg_monitor;
            """;

    private DatabaseSettings source;
    private DatabaseSettings destination;
    private RunningPair pair;

    @BeforeEach
    void start(Servers servers) throws Exception {
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        RunningPair.execute(source, "REVOKE CREATE ON SCHEMA public FROM PUBLIC;" + STRUCTURE);
        pair = RunningPair.start(TaskFiles.stopping(servers, source, destination));
    }

    @Test
    void theSqlOfEachGateIsAllThatItTakes() throws Exception {
        try {
            namesTheViewThatCouldNotBeFilled();
            RunningPair.execute(destination, UNNOTICED);
            assertThat(failed(SwitchKind.SWITCHOVER)).isEmpty();

            RunningPair.execute(destination, CHANGES);
            assertThat(failed(SwitchKind.SWITCHOVER))
                    .extracting(Gate::message)
                    .containsExactlyInAnyOrder(
                            "Index public.purchase_by_amount does not exist at the destination.",
                            "Grants on table column public.customer.name differ at the destination: they are with pg_monitor=INSERT in addition.",
                            changed("check:public.purchase.positive"),
                            changed("foreign-key:public.purchase.of_customer"),
                            changed("function:public.note()"),
                            changed("function:public.tax()"),
                            changed("index:public.Odd index"),
                            changed("policy:public.customer.own"),
                            changed("row-security:public.customer"),
                            changed("rule:public.customer.kept"),
                            changed("table:public.customer"),
                            changed("table:public.purchase"),
                            changed("trigger-state:public.customer.noted"),
                            changed("trigger:public.customer.also_noted"),
                            changed("type:public.mood"),
                            changed("view:public.fenced"),
                            changed("view:public.plain"));
            refuses(new TaskCommand.Switchover(SwitchMode.DRY_RUN, true));
            runsWhatIsPrinted(SwitchKind.SWITCHOVER, destination);

            RunningPair.execute(
                    source, "CREATE OR REPLACE FUNCTION public.tax() RETURNS numeric LANGUAGE sql AS 'SELECT 0.1'");
            assertThat(failed(SwitchKind.SWITCHOVER))
                    .extracting(Gate::message)
                    .containsExactly(changed("function:public.tax()"));
            RunningPair.execute(destination, """
                    INSERT INTO dts_sync.ddl_command (task, commit_lsn, ordinal, tag, statement, objects, state, allowed)
                    SELECT task, '0/1', 1, 'CREATE FUNCTION', 'x', '{public.tax()}', 'skipped', true FROM dts_sync.task
                    """);
            assertThat(failed(SwitchKind.SWITCHOVER)).isEmpty();
            assertThat(new StructureGates(pair.task(), SwitchKind.SWITCHOVER).gates())
                    .extracting(Gate::message)
                    .contains(
                            "1 object differs at the destination from what the source has, after a command was skipped or"
                                    + " corrected: function:public.tax() (command 0/1.1, CREATE FUNCTION).");
            RunningPair.execute(destination, "DELETE FROM dts_sync.ddl_command");
            runsWhatIsPrinted(SwitchKind.SWITCHOVER, destination);

            move(new TaskCommand.Switchover(SwitchMode.MOVE, true));
            pair.awaitPhase("reverse");
            RunningPair.execute(destination, MADE_MEANWHILE);
            assertThat(failed(SwitchKind.ROLLBACK))
                    .extracting(Gate::message)
                    .containsExactlyInAnyOrder(
                            "Sequence public.numbers does not exist at the source.",
                            "Function public.later() does not exist at the source.",
                            "View public.latest does not exist at the source.",
                            "Index public.later_by_name does not exist at the source.",
                            "Object function:public.tax() differs at the source from what the destination has.",
                            "Grants on table public.customer differ at the source: they are without pg_monitor=SELECT.");
            refuses(new TaskCommand.Rollback(SwitchMode.DRY_RUN, true));
            runsWhatIsPrinted(SwitchKind.ROLLBACK, source);
            move(new TaskCommand.Rollback(SwitchMode.MOVE, true));
            pair.awaitPhase("incremental");
            assertThat(failed(SwitchKind.SWITCHOVER)).isEmpty();
        } finally {
            pair.close();
        }
    }

    /** Its function needs a search path, which no statement that fills a view has since version 17. */
    private void namesTheViewThatCouldNotBeFilled() throws SQLException {
        assertThat(failed(SwitchKind.SWITCHOVER)).isEmpty();
        assertThat(unfilled())
                .singleElement()
                .satisfies(gate -> assertThat(gate.message())
                        .isEqualTo(
                                "A materialized view has no contents at the destination, since refresh:public.crowd failed: ERROR:"
                                        + " relation \"customer\" does not exist."));
        for (DatabaseSettings database : List.of(source, destination)) {
            RunningPair.execute(database, "ALTER FUNCTION public.counted() SET search_path = public");
        }
        for (Gate gate : unfilled()) {
            RunningPair.execute(destination, gate.sql());
        }
        assertThat(unfilled()).isEmpty();
    }

    /** A view that cannot be filled does not keep applications from moving. */
    private List<Gate> unfilled() {
        return new StructureGates(pair.task(), SwitchKind.SWITCHOVER)
                .gates().stream()
                        .filter(gate -> gate.result() == Gate.Result.WARN)
                        .filter(gate -> gate.message().startsWith("A materialized view"))
                        .toList();
    }

    private static String changed(String name) {
        return "Object " + name + " differs at the destination from what the source has.";
    }

    private List<Gate> failed(SwitchKind kind) {
        List<Gate> gates = new ArrayList<>(Gate.failed(new StructureGates(pair.task(), kind).gates()));
        Route route = Route.forReading(pair.task());
        gates.addAll(Gate.failed(SequenceGates.check(TaskSequences.of(
                kind == SwitchKind.SWITCHOVER ? route : route.reversed(),
                route,
                pair.task().objects()))));
        return gates;
    }

    /** A person runs it gate by gate, in a session that finds the database as it is. */
    private void runsWhatIsPrinted(SwitchKind kind, DatabaseSettings database) throws SQLException {
        for (int round = 0; round < 2; round++) {
            for (Gate gate : failed(kind)) {
                String sql = gate.sql();
                try (Connection connection = pair.spared(database)) {
                    // Statements that are sent together are one transaction, which has begun by then.
                    if (sql.startsWith(ReadOnlyDefault.OFF)) {
                        RunningPair.execute(connection, ReadOnlyDefault.OFF);
                    }
                    RunningPair.execute(connection, sql);
                } catch (SQLException e) {
                    // A view may be printed before the function that it calls: it is there in the second round.
                    assertThat(round).as(gate.sentence() + " " + e.getMessage()).isZero();
                }
            }
        }
        assertThat(failed(kind)).isEmpty();
    }

    private void refuses(TaskCommand command) throws InterruptedException {
        TaskOutcome outcome = pair.perform(command);
        assertThat(outcome.result()).isEqualTo(TaskOutcome.Result.PRECONDITION);
        assertThat(outcome.error().orElseThrow()).contains("function:public.tax()", "--ignore-structure");
    }

    private void move(TaskCommand command) throws InterruptedException {
        TaskOutcome outcome = pair.perform(command);
        assertThat(outcome.error()).isEmpty();
        assertThat(outcome.result()).as(outcome.toString()).isEqualTo(TaskOutcome.Result.DONE);
    }
}
