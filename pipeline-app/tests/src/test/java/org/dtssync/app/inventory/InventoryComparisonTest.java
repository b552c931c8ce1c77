package org.dtssync.app.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.inventory.InventoryDifference.Kind;
import org.dtssync.app.structure.StructureReader;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the destination lacks is found by name, whoever was to make it. */
@ExtendWith(ServersExtension.class)
class InventoryComparisonTest {

    private static final String COMMON = """
            CREATE TABLE public.a (id int PRIMARY KEY, t text DEFAULT 'x');
            CREATE INDEX a_t ON public.a (t);
            CREATE FUNCTION public.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
            """;

    private DatabaseConnections source;
    private DatabaseConnections destination;

    @BeforeEach
    void create(Servers servers) throws SQLException {
        source = connections(End.SOURCE, servers.freshDatabase(17));
        destination = connections(End.DESTINATION, servers.freshDatabase(18));
        execute(source, COMMON);
        execute(destination, COMMON);
    }

    private static DatabaseConnections connections(End end, DatabaseSettings settings) {
        return new DatabaseConnections(
                end,
                new DatabaseSettings(
                        settings.url(), settings.user(), settings.password(), Map.of("preferQueryMode", "simple")),
                "comparison-test");
    }

    private static void execute(DatabaseConnections database, String sql) throws SQLException {
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<InventoryDifference> compare(Owners owners, String... skipped) {
        ObjectSelection selection = new ObjectSelection(List.of("public.*"), List.of(), owners);
        return InventoryComparison.of(
                source, destination, selection, new StructureReader(source, selection).read(), Set.of(skipped));
    }

    @Test
    void nothingIsMissingWhereEverythingIs() {
        assertThat(compare(Owners.KEEP)).isEmpty();
    }

    @Test
    void whatSchemaPublicIsCreatedWithDependsOnTheVersion(Servers servers) throws SQLException {
        source = connections(End.SOURCE, servers.freshDatabase(14));
        execute(source, COMMON);

        assertThat(compare(Owners.KEEP))
                .extracting(InventoryDifference::detail)
                .containsExactly("Grants on schema public differ at the destination: they are without PUBLIC=CREATE.");
        execute(destination, "GRANT CREATE ON SCHEMA public TO PUBLIC");
        assertThat(compare(Owners.KEEP)).isEmpty();
    }

    @Test
    void namesWhatIsMissingWithTheSqlOfWhatIsMadeByHand() throws SQLException {
        execute(source, """
                CREATE FOREIGN DATA WRAPPER own;
                COMMENT ON FOREIGN DATA WRAPPER own IS 'x';
                CREATE CAST (integer AS text) WITH INOUT AS ASSIGNMENT;
                CREATE VIEW public.v AS SELECT * FROM public.a;
                COMMENT ON TABLE public.a IS 'x';
                """);

        assertThat(compare(Owners.KEEP))
                .extracting(
                        InventoryDifference::object,
                        InventoryDifference::detail,
                        InventoryDifference::remedy,
                        InventoryDifference::carried,
                        InventoryDifference::blocking)
                .containsExactlyInAnyOrder(
                        tuple(
                                "foreign-data wrapper own",
                                "Foreign-data wrapper own does not exist at the destination.",
                                "CREATE FOREIGN DATA WRAPPER own;",
                                false,
                                true),
                        tuple(
                                "cast (integer AS text)",
                                "Cast (integer AS text) does not exist at the destination.",
                                "CREATE CAST (integer AS text) WITH INOUT AS ASSIGNMENT;",
                                true,
                                true),
                        tuple("view public.v", "View public.v does not exist at the destination.", "", true, true),
                        tuple(
                                "comment table public.a",
                                "Comment on table public.a does not exist at the destination.",
                                "COMMENT ON TABLE public.a IS 'x';",
                                true,
                                false));
    }

    @Test
    void namesGrantsOnColumnsOfEitherSide() throws SQLException {
        execute(source, "GRANT SELECT (id) ON public.a TO pg_monitor");
        execute(destination, "GRANT INSERT (t) ON public.a TO pg_monitor");

        assertThat(compare(Owners.KEEP))
                .extracting(InventoryDifference::detail, InventoryDifference::remedy, InventoryDifference::blocking)
                .containsExactlyInAnyOrder(
                        tuple(
                                "Grants on table column public.a.id differ at the destination: they are without pg_monitor=SELECT.",
                                "GRANT SELECT (id) ON TABLE public.a TO pg_monitor;",
                                true),
                        tuple(
                                "Grants on table column public.a.t differ at the destination: they are with pg_monitor=INSERT in addition.",
                                "REVOKE INSERT (t) ON TABLE public.a FROM pg_monitor;",
                                true));
    }

    @Test
    void whatIsMadeByHandMeanwhileIsThere() throws SQLException {
        String wrapper = "CREATE FOREIGN DATA WRAPPER own";
        execute(source, wrapper);
        execute(destination, wrapper);

        assertThat(compare(Owners.KEEP)).isEmpty();
    }

    @Test
    void namesTablesThatAreLeftOutButNeeded() throws SQLException {
        execute(source, """
                CREATE SCHEMA util;
                CREATE TABLE util.kind (id int PRIMARY KEY);
                CREATE TABLE util.unused (id int PRIMARY KEY);
                ALTER TABLE public.a ADD kind int CONSTRAINT of_kind REFERENCES util.kind;
                """);

        assertThat(compare(Owners.KEEP))
                .extracting(InventoryDifference::detail)
                .containsExactlyInAnyOrder(
                        "Table util.kind does not exist at the destination; needed by foreign key of_kind on public.a.",
                        "Foreign key of_kind on public.a does not exist at the destination.");
    }

    @Test
    void whatSomebodySkippedIsNotMissing() throws SQLException {
        execute(source, """
                CREATE VIEW public.v AS SELECT * FROM public.a;
                COMMENT ON VIEW public.v IS 'x';
                """);

        assertThat(compare(Owners.KEEP, "view:public.v")).isEmpty();
    }

    @Test
    void namesGrantsThatAreNarrowerOrWider() throws SQLException {
        execute(source, "GRANT SELECT ON public.a TO pg_monitor; REVOKE EXECUTE ON FUNCTION public.f(int) FROM PUBLIC");
        execute(destination, "GRANT INSERT ON public.a TO pg_monitor");

        assertThat(compare(Owners.KEEP))
                .extracting(InventoryDifference::kind, InventoryDifference::detail, InventoryDifference::remedy)
                .containsExactlyInAnyOrder(
                        tuple(
                                Kind.GRANTS,
                                "Grants on table public.a differ at the destination: they are without pg_monitor=SELECT and with"
                                        + " pg_monitor=INSERT in addition.",
                                "REVOKE INSERT ON TABLE public.a FROM pg_monitor;\nGRANT SELECT ON TABLE public.a TO pg_monitor;"),
                        tuple(
                                Kind.GRANTS,
                                "Grants on function public.f(integer) differ at the destination: they are with PUBLIC=EXECUTE in addition.",
                                "REVOKE EXECUTE ON FUNCTION public.f(integer) FROM PUBLIC;"));
        assertThat(compare(Owners.DROP)).isEmpty();
    }

    @Test
    void theWayBackNamesTheSourceAndNotWhatOnlyTheNewServerBrings() throws SQLException {
        execute(destination, """
                CREATE VIEW public.v AS SELECT * FROM public.a;
                CREATE EXTENSION pg_trgm;
                GRANT SELECT ON public.a TO pg_monitor;
                """);
        ObjectSelection selection = new ObjectSelection(List.of("public.*"), List.of(), Owners.KEEP);

        assertThat(InventoryComparison.of(
                        destination, source, selection, new StructureReader(source, selection).read(), Set.of()))
                .extracting(InventoryDifference::detail, InventoryDifference::blocking)
                .containsExactlyInAnyOrder(
                        tuple("View public.v does not exist at the source.", true),
                        tuple("Extension pg_trgm does not exist at the source.", false),
                        tuple(
                                "Grants on table public.a differ at the source: they are without pg_monitor=SELECT.",
                                true));
    }

    @Test
    void aPrivilegeThatOneVersionDoesNotKnowIsNotCompared(Servers servers) throws SQLException {
        source = connections(End.SOURCE, servers.freshDatabase(14));
        execute(source, COMMON + "GRANT ALL ON public.a TO pg_monitor; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        execute(destination, "GRANT ALL ON public.a TO pg_monitor");

        assertThat(compare(Owners.KEEP)).isEmpty();
    }

    /** PostgreSQL 16 and later put such a name into quotes. */
    @Test
    void aNameThatIsAKeywordOfOneVersionOnlyIsThere(Servers servers) throws SQLException {
        String keyword =
                "CREATE TABLE public.json_array (value int); GRANT SELECT (value) ON public.json_array TO pg_monitor;";
        source = connections(End.SOURCE, servers.freshDatabase(14));
        execute(source, COMMON + keyword + "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        execute(destination, keyword);

        assertThat(compare(Owners.KEEP)).isEmpty();
    }

    @Test
    void largeObjectsAndRowsThatExtensionsKeepAreCompared() throws SQLException {
        String kept = """
                CREATE EXTENSION hstore;
                CREATE TABLE public.words (word text, own boolean);
                ALTER EXTENSION hstore ADD TABLE public.words;
                UPDATE pg_extension SET extconfig = ARRAY['public.words'::regclass::oid], extcondition = ARRAY['WHERE own']
                WHERE extname = 'hstore';
                """;
        execute(
                source,
                kept
                        + "INSERT INTO public.words VALUES ('a', true), ('x', false); SELECT lo_create(20001), lo_create(20003)");
        execute(destination, kept);

        assertThat(compare(Owners.KEEP))
                .extracting(InventoryDifference::kind, InventoryDifference::detail, InventoryDifference::blocking)
                .containsExactlyInAnyOrder(
                        tuple(
                                Kind.MISSING,
                                "Rows of an extension's table public.words of hstore do not exist at the destination.",
                                true),
                        tuple(
                                Kind.MISSING,
                                "Large objects 20001 to 20003 of "
                                        + source.settings().user() + " do not exist at the destination.",
                                true));
        execute(
                destination,
                "INSERT INTO public.words VALUES ('b', true); SELECT lo_create(20001), lo_create(20002), lo_create(20003)");
        assertThat(compare(Owners.KEEP))
                .extracting(InventoryDifference::kind, InventoryDifference::detail)
                .containsExactlyInAnyOrder(
                        tuple(
                                Kind.CHANGED,
                                "Rows of an extension's table public.words of hstore differ at the destination."),
                        tuple(
                                Kind.CHANGED,
                                "Large objects 20001 to 20003 of "
                                        + source.settings().user() + " differ at the destination."));
        execute(destination, "UPDATE public.words SET word = 'a'; SELECT lo_unlink(20002)");
        assertThat(compare(Owners.KEEP)).isEmpty();
    }
}
