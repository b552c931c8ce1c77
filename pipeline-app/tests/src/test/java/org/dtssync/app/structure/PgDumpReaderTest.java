package org.dtssync.app.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.StructureSettings;
import org.dtssync.app.config.StructureSettings.Reader;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.structure.pgdump.PgDumpReader;
import org.dtssync.app.structure.pgdump.ReaderChoice;
import org.dtssync.app.testing.PgClient;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The structure as pg_dump prints it, created at another server. */
@ExtendWith(ServersExtension.class)
class PgDumpReaderTest {

    /** What is never migrated, the view that needs such a table, and the domain that is not validated. */
    private static final Pattern LEFT_OUT = Pattern.compile(
            ".*; Type: (FOREIGN DATA WRAPPER|SERVER|USER MAPPING|FOREIGN TABLE|PUBLICATION( TABLE| TABLES IN SCHEMA)?); .*"
                    + "|Name: on_far_away; Type: VIEW; .*|Name: boxed( known)?; Type: (DOMAIN|CHECK CONSTRAINT); .*",
            Pattern.DOTALL);

    /** PostgreSQL 17 has the right MAINTAIN, which an owner who gave up every right of 14 still has. */
    private static final String OF_THE_VERSION = "Name: TABLE lent; Type: ACL; Schema: public; Owner: postgres";

    private static final String TOO_EARLY = """
            SELECT conrelid::regclass || ' ' || conname FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
            WHERE contype IN ('f', 'x', 'c', 'u') AND relnamespace::regnamespace::text !~ '^(pg_|information|dts)'
            UNION ALL
            SELECT contypid::regtype || ' ' || conname FROM pg_constraint WHERE conname IN ('known', 'has_at')
            UNION ALL
            SELECT indexrelid::regclass::text FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid
            WHERE relnamespace::regnamespace::text !~ '^(pg_|information|dts)'
              AND NOT CASE relreplident WHEN 'i' THEN indisreplident ELSE indisprimary AND relreplident <> 'n' END
            UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT polname FROM pg_policy
            UNION ALL SELECT rulename FROM pg_rewrite WHERE rulename <> '_RETURN' AND ev_class >= 16384
            UNION ALL SELECT evtname FROM pg_event_trigger
            """;

    /** Before 18 the catalog does not have every rule that forbids NULL. */
    private static final String VALIDITY = """
            SELECT line FROM (
                SELECT concat_ws(' ', conrelid::regclass, contypid::regtype, conname, contype, convalidated, conislocal) AS line
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND (contype <> 'n' OR NOT convalidated)
                  AND contypid::regtype::text <> 'public.boxed'
            ) AS lines ORDER BY line COLLATE "C"
            """;

    @BeforeEach
    void pgDumpIsNeeded() {
        assumeTrue(PgClient.program("pg_dump").isPresent(), PgClient.MISSING);
    }

    @ParameterizedTest
    @CsvSource({"14, 17", "18, 18"})
    void everyKindIsCreatedAgainAndNothingActsEarly(int from, int to, Servers servers) throws Exception {
        Move move = new Move(servers, from, to);
        Move.execute(move.source, Move.everything());
        Move.execute(move.source, Move.sql("every-kind.sql"));
        if (from >= 18) {
            Move.execute(move.source, Move.sql("every-kind-18.sql"));
        }
        read(move, Move.EVERYTHING);

        move.applier().apply(Section.PRE_DATA);
        move.applier().apply(Section.KEYS);
        List<String> early = Move.query(move.destination, TOO_EARLY);
        List<String> invalid =
                Move.query(move.destination, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid");
        move.applier().apply(Section.POST_DATA);
        List<String> acting = Move.query(move.destination, """
                SELECT evtname FROM pg_event_trigger WHERE evtenabled <> 'D'
                UNION ALL SELECT conname FROM pg_constraint WHERE conname IN ('known', 'country_is_known')
                """);
        new LateObjects(move.destination, move.store, move.epoch).make();

        assertThat(acting).isEmpty();
        // PostgreSQL does not validate a domain that a column holds within an array.
        assertThat(move.inState(ObjectState.FAILED)).containsExactly("validation:public.boxed.known");
        assertThat(early).isEmpty();
        assertThat(invalid).isEmpty();
        assertThat(Move.query(move.destination, VALIDITY)).isEqualTo(Move.query(move.source, VALIDITY));
        Map<String, String> source = DumpText.of(move.source);
        Map<String, String> destination = DumpText.of(move.destination);
        if (from < 16) {
            source = alike(source);
            destination = alike(destination);
            source.remove(OF_THE_VERSION);
            destination.remove(OF_THE_VERSION);
        }
        List<String> differences = DumpText.differences(source, destination);
        assertThat(differences)
                .filteredOn(text -> !LEFT_OUT.matcher(text).matches())
                .isEmpty();
        assertThat(differences).hasSize(from >= 18 ? 12 : 10);
        assertThat(move.store.list()).noneMatch(stored -> stored.statement().contains("a secret of the mapping"));
    }

    /**
     * Before 16, columns have their table's name in front even where there is one table only; json is no keyword. Schema public
     * keeps the owner that it has in a new database.
     */
    private static Map<String, String> alike(Map<String, String> objects) {
        Map<String, String> alike = new TreeMap<>();
        objects.remove("Name: public; Type: SCHEMA; Schema: -; Owner: postgres");
        objects.forEach((name, text) -> alike.put(
                name.startsWith("Name: SCHEMA public;") ? name.replaceAll("Owner: .*", "Owner: the usual") : name,
                name.matches("(?s).*Type: (VIEW|MATERIALIZED VIEW|RULE|FUNCTION|PROCEDURE);.*")
                        ? text.replace("\"", "").replaceAll("\\b(?!public\\.)[a-z_0-9]+\\.(?=\\w)", "")
                        : text));
        return alike;
    }

    @Test
    void bothReadersBringTheSameDatabase(Servers servers) throws Exception {
        Move move = new Move(servers, 17, 18);
        Move.execute(move.source, Move.everything());
        List<String> builtin = names(new StructureReader(move.source, Move.EVERYTHING).read());

        List<String> printed = names(read(move, Move.EVERYTHING));
        move.make(Existing.FAIL);

        // What the other one has in the statement of a table or an index, or of a trigger.
        assertThat(without(builtin, printed))
                .containsExactlyInAnyOrder(
                        "cluster-mark:public.customer",
                        "replica-identity:public.booking",
                        "replica-identity:public.by_index",
                        "replica-identity:public.full_with_key",
                        "replica-identity:public.hashed",
                        "replica-identity:public.nothing",
                        "row-security:public.booking",
                        "trigger-state:public.item.item_always",
                        "trigger-state:public.item.item_off");
        assertThat(without(printed, builtin))
                .containsExactlyInAnyOrder(
                        "default:public.car.wheels",
                        "default:public.happy.feeling",
                        "default:public.item.item_id",
                        "identity-sequence:Verkauf ä.Order_Id_seq",
                        "view-query:public.by_key",
                        "view-query:public.by_late_key");
        assertThat(new StructureComparison(move.source, move.destination, Move.EVERYTHING).differences())
                .isEmpty();
    }

    @Test
    void whatASelectedTableNeedsComesAlong(Servers servers) throws Exception {
        Move move = new Move(servers, 17, 18);
        Move.execute(move.source, """
                CREATE SCHEMA util; CREATE SCHEMA ids; CREATE SCHEMA other;
                CREATE SEQUENCE ids.global_id START 100;
                CREATE TABLE other.owner (id serial PRIMARY KEY);
                CREATE TABLE public.client (id bigint PRIMARY KEY DEFAULT nextval('ids.global_id'),
                    borrowed int DEFAULT nextval('other.owner_id_seq'));
                CREATE TABLE public.audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n serial, what text);
                CREATE TABLE public.audit_2020 (id int PRIMARY KEY);
                CREATE FUNCTION public.audit_free() RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE VIEW public.audit_view AS SELECT 1 AS x;
                CREATE TABLE util.entry (id int PRIMARY KEY); CREATE TABLE util.kind (id int PRIMARY KEY);
                CREATE FUNCTION util.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE FUNCTION util.fits(t text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
                CREATE FUNCTION util.may(t text) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true';
                CREATE FUNCTION util.unused() RETURNS int LANGUAGE sql AS 'SELECT 1';
                CREATE TABLE public.account (id int PRIMARY KEY, t text CONSTRAINT fits CHECK (util.fits(t)), kind int REFERENCES util.kind);
                CREATE INDEX account_fits ON public.account (util.fits(t));
                CREATE POLICY mine ON public.account USING (util.may(t));
                CREATE TRIGGER touch BEFORE UPDATE ON public.account FOR EACH ROW EXECUTE FUNCTION util.touch();
                CREATE VIEW public.entries AS SELECT id FROM util.entry;
                CREATE VIEW public.on_entries AS SELECT id FROM public.entries;
                CREATE FUNCTION public.all_entries() RETURNS SETOF util.entry LANGUAGE sql AS 'SELECT * FROM util.entry';
                CREATE TABLE public.parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE other.part PARTITION OF public.parted DEFAULT;
                CREATE TABLE other.heir () INHERITS (public.client);
                CREATE CAST (integer AS text) WITH INOUT AS ASSIGNMENT;
                CREATE TYPE other.thing AS (a int); CREATE CAST (other.thing AS text) WITH INOUT;
                """);
        ObjectSelection selection = new ObjectSelection(List.of("public.*"), List.of("public.audit_*"), Owners.KEEP);

        List<String> names = names(read(move, selection));
        move.make(Existing.FAIL);

        assertThat(move.inState(ObjectState.DONE)).hasSameSizeAs(names);
        assertThat(names)
                .contains(
                        "sequence:ids.global_id",
                        "sequence:other.owner_id_seq",
                        "identity-sequence:public.audit_id_seq",
                        "sequence-owner:public.audit_n_seq",
                        "function:public.audit_free()",
                        "function:util.touch()",
                        "function:util.fits(text)",
                        "function:util.may(text)",
                        "check:public.account.fits",
                        "index:public.account_fits",
                        "policy:public.account.mine",
                        "trigger:public.account.touch",
                        "table:other.part",
                        "cast:integer AS text")
                .doesNotContain(
                        "sequence-owner:other.owner_id_seq",
                        "table:other.owner",
                        "table:other.heir",
                        "table:public.audit_2020",
                        "view:public.audit_view",
                        "function:util.unused()",
                        "foreign-key:public.account.account_kind_fkey",
                        "view:public.entries",
                        "view:public.on_entries",
                        "function:public.all_entries()",
                        "cast:other.thing AS text");
    }

    @Test
    void anAccountReadsWithTheRightsThatTheTaskNeedsAndWithoutOwnersNoneIsGranted(Servers servers) throws Exception {
        Move move = new Move(servers, 17, 18);
        Move.execute(move.source, Move.everything());
        Move.execute(move.source, """
                ALTER ROLE app_reader LOGIN PASSWORD 'it''s a reader';
                CREATE SCHEMA closed; CREATE TABLE closed.secret (id int PRIMARY KEY); CREATE TABLE public.own (id int PRIMARY KEY);
                GRANT SELECT ON public.own TO app_reader;
                """);
        DatabaseSettings settings = move.source.settings();
        DatabaseConnections ordinary = new DatabaseConnections(
                End.SOURCE,
                new DatabaseSettings(settings.url(), "app_reader", "it's a reader", settings.properties()),
                "structure-test");
        ObjectSelection selection = new ObjectSelection(List.of("public.own"), List.of(), Owners.DROP);

        List<StructureObject> read =
                reader(ordinary, move.destination, selection).read();

        assertThat(names(read)).contains("table:public.own", "primary-key:public.own.own_pkey");
        assertThat(read).noneMatch(object -> object.statement().matches("(?s).*(OWNER TO|GRANT |REVOKE ).*"));
        assertThat(names(read))
                .containsExactlyElementsOf(
                        names(reader(move.source, move.destination, selection).read()));
    }

    @Test
    void theReaderIsWhatTheTaskFileAndTheMachineAllow(Servers servers) throws Exception {
        Move move = new Move(servers, 18, 18);
        Optional<Path> missing = Optional.of(Path.of("/nowhere/pg_dump"));
        DatabaseSettings settings = move.source.settings();
        DatabaseConnections special = new DatabaseConnections(
                End.SOURCE,
                new DatabaseSettings(
                        settings.url(), settings.user(), settings.password(), Map.of("sslpassword", "not for the log")),
                "structure-test");

        SyncException none =
                catchThrowableOfType(SyncException.class, () -> choice(Reader.PG_DUMP, missing, move.source));
        SyncException obstacle = catchThrowableOfType(
                SyncException.class, () -> choice(Reader.PG_DUMP, PgClient.program("pg_dump"), special));

        assertThat(none.kind()).isEqualTo(FaultKind.USAGE);
        assertThat(none)
                .hasMessageContaining("/nowhere/pg_dump")
                .hasMessageContaining("structure: { reader: builtin }");
        assertThat(obstacle).hasMessageContaining("sslpassword").hasMessageNotContaining("not for the log");
        assertThat(choice(Reader.AUTO, missing, move.source)).isInstanceOf(StructureReader.class);
        assertThat(choice(Reader.AUTO, PgClient.program("pg_dump"), special)).isInstanceOf(StructureReader.class);
        assertThat(choice(Reader.AUTO, PgClient.program("pg_dump"), move.source))
                .isNotInstanceOf(StructureReader.class);
        assertThat(choice(Reader.PG_DUMP, PgClient.program("pg_dump"), move.source))
                .isInstanceOf(PgDumpReader.class);
        assertThat(choice(Reader.BUILTIN, PgClient.program("pg_dump"), move.source))
                .isInstanceOf(StructureReader.class);
    }

    private static ObjectReader choice(Reader reader, Optional<Path> program, DatabaseConnections source) {
        return new ReaderChoice(new StructureSettings(reader, program), source, Optional.of(source), Move.EVERYTHING)
                .reader();
    }

    private static ObjectReader reader(
            DatabaseConnections source, DatabaseConnections destination, ObjectSelection selection) {
        return new ReaderChoice(
                        new StructureSettings(Reader.PG_DUMP, PgClient.program("pg_dump")),
                        source,
                        Optional.of(destination),
                        selection)
                .reader();
    }

    private static List<StructureObject> read(Move move, ObjectSelection selection) {
        List<StructureObject> objects =
                reader(move.source, move.destination, selection).read();
        move.store.save(objects, move.epoch);
        return objects;
    }

    private static List<String> names(List<StructureObject> objects) {
        return objects.stream().map(StructureObject::name).toList();
    }

    private static List<String> without(List<String> all, List<String> others) {
        List<String> rest = new ArrayList<>(all);
        rest.removeAll(others);
        return rest;
    }
}
