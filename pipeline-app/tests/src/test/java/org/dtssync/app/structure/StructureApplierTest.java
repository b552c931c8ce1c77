package org.dtssync.app.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.state.Author;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StoredObject;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Objects that are refused, corrected, skipped, or there already. */
@ExtendWith(ServersExtension.class)
class StructureApplierTest {

    private Move move;

    @BeforeEach
    void freshDatabases(Servers servers) throws Exception {
        move = new Move(servers, 14, 17);
    }

    @Test
    void aRefusedObjectIsReportedCorrectedAndResumed() throws Exception {
        Move.execute(move.source, """
                CREATE TABLE public.a (id int PRIMARY KEY, t text CHECK (length(t) > 1));
                CREATE TABLE public.b (id int PRIMARY KEY, a int REFERENCES public.a);
                """);
        move.read(Move.EVERYTHING);
        move.applier().apply(Section.PRE_DATA);
        move.applier().apply(Section.KEYS);
        Move.execute(move.destination, "INSERT INTO public.a VALUES (1, 'x'); INSERT INTO public.b VALUES (1, 1)");

        SyncException fault =
                catchThrowableOfType(SyncException.class, () -> move.applier().apply(Section.POST_DATA));

        assertThat(fault.kind()).isEqualTo(FaultKind.DATA);
        assertThat(fault.what())
                .isEqualTo("1 object(s) of the post-data section could not be created at the destination: "
                        + "check:public.a.a_t_check (ERROR: check constraint \"a_t_check\" of relation \"a\" is violated"
                        + " by some row).");
        assertThat(fault.remedy())
                .isEqualTo(
                        "See the SQL with dts-sync structure show TASK.yaml 'check:public.a.a_t_check', correct it with dts-sync"
                                + " structure set TASK.yaml 'check:public.a.a_t_check' FILE or skip it with dts-sync structure skip TASK.yaml"
                                + " 'check:public.a.a_t_check', then run again.");
        assertThat(move.inState(ObjectState.DONE)).contains("foreign-key:public.b.b_a_fkey");

        move.store.set(
                "public.a.a_t_check",
                "ALTER TABLE public.a ADD CONSTRAINT a_t_check CHECK (length(t) > 0)",
                Author.ofCommandLine());
        assertThat(move.store.show("public.a.a_t_check").state()).isEqualTo(ObjectState.PENDING);
        move.applier().apply(Section.POST_DATA);

        assertThat(move.tried).containsExactly("check:public.a.a_t_check");
        assertThat(move.store.show("public.a.a_t_check").corrected()).isPresent();
        assertThat(Move.query(move.destination, "SELECT conname FROM pg_constraint WHERE conname = 'a_t_check'"))
                .hasSize(1);
    }

    @Test
    void smallObjectsShareTransactionsAndARefusedOneIsNamedAlone() throws Exception {
        StringBuilder tables = new StringBuilder();
        for (int i = 10; i < 40; i++) {
            tables.append("CREATE TABLE public.t").append(i).append(" (id int PRIMARY KEY);\n");
        }
        Move.execute(move.source, tables.toString());
        move.read(Move.EVERYTHING);
        Move.execute(move.destination, "CREATE TABLE public.t20 ()");

        SyncException fault =
                catchThrowableOfType(SyncException.class, () -> move.applier().apply(Section.PRE_DATA));

        assertThat(fault.what())
                .isEqualTo("1 object(s) of the pre-data section could not be created at the destination:"
                        + " table:public.t20 (ERROR: relation \"t20\" already exists).");
        assertThat(move.inState(ObjectState.DONE))
                .filteredOn(name -> name.startsWith("table:"))
                .hasSize(29)
                .contains("table:public.t19", "table:public.t21", "table:public.t39");

        Move.execute(move.destination, "DROP TABLE public.t20");
        move.make(Existing.FAIL);

        assertThat(move.inState(ObjectState.DONE))
                .filteredOn(name -> name.contains("public.t"))
                .hasSize(60);
        assertThat(move.tried).hasSize(31).doesNotHaveDuplicates();
        assertThat(Move.query(
                        move.destination,
                        "SELECT count(DISTINCT xmin::text) < 20 FROM pg_class WHERE relname LIKE 't___pkey'"))
                .containsExactly("t");
    }

    @Test
    void largeTablesHaveTheirKeysFirstAndAlone() throws Exception {
        Move.execute(move.source, """
                CREATE TABLE public.a (id int PRIMARY KEY);
                CREATE TABLE public.b (id int PRIMARY KEY);
                CREATE TABLE public.z (id int PRIMARY KEY);
                """);
        move.read(Move.EVERYTHING);
        move.applier().apply(Section.PRE_DATA);
        Move.execute(move.destination, "INSERT INTO public.z SELECT generate_series(1, 50000)");

        move.applierWith(1).apply(Section.KEYS);

        assertThat(move.tried)
                .containsExactly(
                        "primary-key:public.z.z_pkey", "primary-key:public.a.a_pkey", "primary-key:public.b.b_pkey");
        assertThat(Move.query(
                        move.destination,
                        "SELECT relname FROM pg_class WHERE relname LIKE '__pkey' AND xmin = (SELECT xmin FROM pg_class"
                                + " WHERE relname = 'a_pkey') ORDER BY relname"))
                .containsExactly("a_pkey", "b_pkey");
    }

    @Test
    void aSkippedObjectIsNotMade() throws Exception {
        Move.execute(move.source, "CREATE TABLE public.a (id int PRIMARY KEY, t text); CREATE INDEX i ON public.a (t)");
        move.read(Move.EVERYTHING);

        move.store.skip("index:public.i", Author.ofCommandLine(), null);
        move.make(Existing.FAIL);

        assertThat(move.inState(ObjectState.SKIPPED)).containsExactly("index:public.i");
        assertThat(Move.query(move.destination, "SELECT to_regclass('public.i')::text"))
                .containsOnlyNulls();
    }

    @Test
    void aSecondRunMakesNothingAgain() throws Exception {
        Move.execute(move.source, "CREATE TABLE public.a (id int PRIMARY KEY)");
        move.read(Move.EVERYTHING);
        move.applier().apply(Section.PRE_DATA);

        move.applier().apply(Section.PRE_DATA);

        assertThat(move.tried).isEmpty();
    }

    @Test
    void theSavedListStaysTheSameWhenTheSourceChanges() throws Exception {
        Move.execute(move.source, "CREATE TABLE public.a (id int PRIMARY KEY)");
        List<StructureObject> first = move.read(Move.EVERYTHING);
        Move.execute(move.source, "CREATE TABLE public.b (id int PRIMARY KEY)");

        move.read(Move.EVERYTHING);

        assertThat(move.store.list().stream().map(StoredObject::object)).containsExactlyElementsOf(first);
    }

    @Test
    void objectsInTheWrongOrderAreTriedAgain() throws Exception {
        Move.execute(move.source, Move.everything());
        List<StructureObject> objects = new StructureReader(move.source, Move.EVERYTHING).read();
        int keys = 0;
        while (!objects.get(keys).kind().equals("primary-key")) {
            keys++;
        }
        List<StructureObject> reversed = new ArrayList<>(objects);
        Collections.reverse(reversed.subList(0, keys));
        Collections.reverse(reversed.subList(keys, reversed.size()));
        List<StructureObject> numbered = new ArrayList<>();
        reversed.forEach(object -> numbered.add(object.at(numbered.size() + 1)));
        move.store.save(numbered, move.epoch);

        move.make(Existing.FAIL);

        assertThat(new StructureComparison(move.source, move.destination, Move.EVERYTHING).differences())
                .isEmpty();
    }

    @Test
    void whatExistsIsAFailureOrAdopted() throws Exception {
        String tables = "CREATE TABLE public.a (id int PRIMARY KEY, t text); CREATE INDEX i ON public.a (t)";
        Move.execute(move.source, tables);
        Move.execute(move.destination, tables);
        move.read(Move.EVERYTHING);

        assertThatThrownBy(() -> move.applier(Existing.FAIL).apply(Section.PRE_DATA))
                .hasMessageContaining("table:public.a (ERROR: relation \"a\" already exists)");
        move.make(Existing.ADOPT);

        assertThat(move.inState(ObjectState.DONE)).hasSize(move.store.list().size());
    }

    @Test
    void aDeadlockIsTriedAgain() throws Exception {
        Move.execute(move.destination, "CREATE TABLE public.a (); CREATE TABLE public.b ()");
        move.store.save(List.of(locking(1, "a", "b"), locking(2, "b", "a")), move.epoch);

        move.applier().apply(Section.POST_DATA);

        assertThat(move.inState(ObjectState.DONE)).containsExactly("check:a", "check:b");
    }

    @Test
    void aSuccessorsEpochStopsEveryWrite() throws Exception {
        Move.execute(move.source, "CREATE TABLE public.a (id int PRIMARY KEY)");
        move.read(Move.EVERYTHING);
        Move.execute(move.destination, "UPDATE dts_sync.fence SET epoch = 2");

        SyncException fault =
                catchThrowableOfType(SyncException.class, () -> move.applier().apply(Section.PRE_DATA));

        assertThat(fault.kind()).isEqualTo(FaultKind.FENCED);
        assertThat(Move.query(move.destination, "SELECT to_regclass('public.a')::text"))
                .containsOnlyNulls();
        assertThat(move.inState(ObjectState.PENDING)).hasSize(move.store.list().size());
    }

    @Test
    void anUnknownNameIsAnErrorThatSaysWhereToLook() throws Exception {
        assertThatThrownBy(() -> move.store.show("nothing"))
                .hasMessage("Task shop has no schema object 'nothing'. See dts-sync structure list TASK.yaml --all.");
    }

    private static StructureObject locking(int ordinal, String first, String second) {
        return new StructureObject(
                ordinal,
                "check:" + first,
                "check",
                Section.POST_DATA,
                List.of(new TableName("public", first)),
                "LOCK TABLE public." + first + "; SELECT pg_sleep(0.3); LOCK TABLE public." + second);
    }
}
