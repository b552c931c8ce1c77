package org.dtssync.app.structure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The structure of real databases comes across to servers of newer versions. */
@ExtendWith(ServersExtension.class)
class StructureCarriedTest {

    /** What a database may not have before its rows are consistent. */
    private static final String POST_DATA_OBJECTS = """
            SELECT conrelid::regclass || ' ' || conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
            WHERE contype IN ('f', 'x', 'c', 'u') AND relnamespace::regnamespace::text !~ '^(pg_|information|dts)'
            UNION ALL
            SELECT indexrelid::regclass::text FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid
            WHERE relnamespace::regnamespace::text !~ '^(pg_|information|dts)'
              AND NOT CASE relreplident WHEN 'i' THEN indisreplident ELSE indisprimary AND relreplident <> 'n' END
            UNION ALL
            SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL
            SELECT polname FROM pg_policy
            """;

    @ParameterizedTest
    @CsvSource({"14, 17", "17, 18"})
    void everythingComesAcrossInThreeSections(int from, int to, Servers servers) throws Exception {
        Move move = new Move(servers, from, to);
        Move.execute(move.source, Move.everything());
        move.read(Move.EVERYTHING);

        move.applier().apply(Section.PRE_DATA);
        List<String> beforeLoad = Move.query(
                move.destination,
                "SELECT indexrelid::regclass::text FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid"
                        + " WHERE relnamespace::regnamespace::text !~ '^(pg_|information|dts)'");
        move.applier().apply(Section.KEYS);
        List<String> early = Move.query(move.destination, POST_DATA_OBJECTS);
        List<String> invalidKeys =
                Move.query(move.destination, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid");
        move.applier().apply(Section.POST_DATA);

        assertThat(beforeLoad).isEmpty();
        assertThat(early).isEmpty();
        assertThat(invalidKeys).isEmpty();
        assertThat(Move.query(move.destination, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"))
                .isEmpty();
        assertThat(new StructureComparison(move.source, move.destination, Move.EVERYTHING).differences())
                .isEmpty();
        List<String> sourceOnly = new ArrayList<>(CatalogPrint.of(move.source));
        List<String> destinationOnly = new ArrayList<>(CatalogPrint.of(move.destination));
        List<String> common = List.copyOf(sourceOnly);
        sourceOnly.removeAll(destinationOnly);
        destinationOnly.removeAll(common);
        assertThat(destinationOnly).isEqualTo(sourceOnly);
    }

    @Test
    void aChangedObjectIsNamedByTheComparison(Servers servers) throws Exception {
        Move move = new Move(servers, 17, 17 + 1);
        String sql = "CREATE TABLE public.a (id int PRIMARY KEY, t text); CREATE INDEX a_t ON public.a (t);"
                + " CREATE VIEW public.v AS SELECT id FROM public.a";
        Move.execute(move.source, sql);
        Move.execute(
                move.destination,
                sql + "; ALTER TABLE public.a ALTER t SET DEFAULT 'x'; DROP INDEX public.a_t;"
                        + " CREATE OR REPLACE VIEW public.v AS SELECT id FROM public.a WHERE id > 0; CREATE TYPE public.e AS ENUM ('e')");

        List<String> differences =
                new StructureComparison(move.source, move.destination, Move.EVERYTHING).differences();

        assertThat(differences)
                .containsExactlyInAnyOrder("index:public.a_t", "table:public.a", "type:public.e", "view:public.v");
    }

    @Test
    void onlyWhatTheSelectionTakesAndWhatItNeedsIsCarried(Servers servers) throws Exception {
        Move move = new Move(servers, 14, 17);
        Move.execute(move.source, """
                GRANT USAGE ON SCHEMA public TO app_reader;
                CREATE SCHEMA common; CREATE SCHEMA other; CREATE SCHEMA dts_sync;
                CREATE TABLE dts_sync.heartbeat (task text);
                CREATE TYPE common.color AS ENUM ('red');
                CREATE TYPE common.unused AS ENUM ('red');
                CREATE FUNCTION common.pick() RETURNS common.color LANGUAGE sql AS $$ SELECT 'red'::common.color $$;
                CREATE TABLE public.orders (id int PRIMARY KEY, color common.color DEFAULT common.pick());
                CREATE TABLE public.scratch_a (id int PRIMARY KEY);
                CREATE TABLE public.line (id int PRIMARY KEY, o int REFERENCES public.orders, s int REFERENCES public.scratch_a);
                CREATE TABLE public.parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE other.scratch_part PARTITION OF public.parted DEFAULT;
                CREATE TABLE other.t (id int);
                CREATE VIEW public.orders_view AS SELECT * FROM public.orders;
                CREATE VIEW public.scratch_view AS SELECT o.id FROM public.orders o, public.scratch_a;
                CREATE VIEW public.on_scratch_view AS SELECT * FROM public.scratch_view;
                CREATE FUNCTION public.f(public.scratch_a) RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE FUNCTION public.g() RETURNS int LANGUAGE sql AS 'SELECT 1';
                """);
        ObjectSelection selection = new ObjectSelection(List.of("public.*"), List.of("public.scratch_*"), Owners.KEEP);

        move.read(selection);
        move.make(Existing.FAIL);

        assertThat(move.inState(ObjectState.DONE))
                .containsExactlyInAnyOrder(
                        "schema:public",
                        "schema:common",
                        "schema:other",
                        "type:common.color",
                        "function:common.pick()",
                        "table:public.orders",
                        "table:public.line",
                        "table:public.parted",
                        "table:other.scratch_part",
                        "view:public.orders_view",
                        "function:public.g()",
                        "primary-key:public.orders.orders_pkey",
                        "primary-key:public.line.line_pkey",
                        "primary-key:public.parted.parted_pkey",
                        "primary-key:other.scratch_part.scratch_part_pkey",
                        "attached-index:other.scratch_part_pkey",
                        "foreign-key:public.line.line_o_fkey");
        assertThat(new StructureComparison(move.source, move.destination, selection).differences())
                .isEmpty();
    }

    @Test
    void anAccountWithoutRightsReadsTheSameStructure(Servers servers) throws Exception {
        Move move = new Move(servers, 14, 17);
        Move.execute(move.source, Move.everything());
        Move.execute(move.source, "ALTER ROLE app_reader LOGIN PASSWORD 'reader'");
        DatabaseSettings settings = move.source.settings();
        DatabaseConnections ordinary = new DatabaseConnections(
                End.SOURCE,
                new DatabaseSettings(settings.url(), "app_reader", "reader", settings.properties()),
                "structure-test");

        List<StructureObject> read = new StructureReader(ordinary, Move.EVERYTHING).read();

        assertThat(read.stream().map(StructureObject::name))
                .containsExactlyElementsOf(new StructureReader(move.source, Move.EVERYTHING)
                        .read().stream().map(StructureObject::name).toList());
    }

    @Test
    void withoutOwnersEverythingBelongsToTheDestinationsAccount(Servers servers) throws Exception {
        Move move = new Move(servers, 14, 17);
        Move.execute(move.source, Move.everything());
        ObjectSelection selection = new ObjectSelection(List.of("*.*"), List.of(), Owners.DROP);

        List<StructureObject> objects = move.read(selection);
        move.make(Existing.FAIL);

        assertThat(objects).noneMatch(object -> object.statement().matches("(?s).*(OWNER TO|GRANT |REVOKE ).*"));
        assertThat(
                        Move.query(
                                move.destination,
                                "SELECT relname FROM pg_class WHERE relowner <> 'postgres'::regrole OR relacl::text LIKE '%app_%'"))
                .isEmpty();
        assertThat(new StructureComparison(move.source, move.destination, selection).differences())
                .isEmpty();
    }

    @Test
    void materializedViewsAreRefreshedAfterThoseTheyReadAndTablesAnalyzed(Servers servers) throws Exception {
        Move move = new Move(servers, 14, 17);
        Move.execute(move.source, Move.everything());
        move.read(Move.EVERYTHING);
        move.make(Existing.FAIL);
        Move.execute(move.destination, "INSERT INTO public.customer (email) VALUES ('a@b.c')");
        StructureFinisher finisher = new StructureFinisher(move.source, move.destination, Move.EVERYTHING, move.epoch);
        List<TableName> refreshed = new ArrayList<>();

        finisher.analyze(2, table -> {});
        finisher.refresh(Optional.of(move.store), refreshed::add);

        assertThat(refreshed).containsExactly(new TableName("public", "moods"), new TableName("public", "all_moods"));
        assertThat(count(move.destination, "SELECT n FROM public.all_moods")).isEqualTo("1");
        assertThat(count(
                        move.destination,
                        "SELECT count(*) FROM pg_stats WHERE tablename = 'customer' AND attname = 'id'"))
                .isEqualTo("1");
        assertThat(count(move.destination, "SELECT relispopulated FROM pg_class WHERE relname = 'totals'"))
                .isEqualTo("f");
    }

    private static String count(DatabaseConnections database, String sql) throws Exception {
        return Move.query(database, sql).get(0);
    }
}
