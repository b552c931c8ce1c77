package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.WARN;

import java.sql.SQLException;
import java.util.List;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.dtssync.schemas.DdlMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is said of tables that cannot be carried, and that pasting the remedy helps. */
class PrecheckTablesTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @Test
    void aHealthySetupGivesOnlyPasses() throws SQLException {
        servers.atSource("""
                CREATE TYPE mood AS ENUM ('sad', 'happy');
                CREATE TABLE customer (id int PRIMARY KEY, name text, mood mood, code int UNIQUE NOT NULL,
                                       twice int GENERATED ALWAYS AS (code * 2) STORED);
                CREATE TABLE "Order Line" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                           customer int REFERENCES customer);
                CREATE TABLE event (at date, id int, note text, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
                CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
                CREATE TABLE chosen (a int NOT NULL, b int);
                CREATE UNIQUE INDEX chosen_a ON chosen (a);
                ALTER TABLE chosen REPLICA IDENTITY USING INDEX chosen_a;
                CREATE VIEW happy AS SELECT * FROM customer WHERE mood = 'happy'
                """);
        // The account is a superuser, of which a task that carries commands warns.
        servers.ddl = new DdlSettings(DdlMode.STOP);

        List<PrecheckItem> items = servers.precheck();

        assertThat(items).filteredOn(item -> item.result() != Result.PASS).isEmpty();
        assertThat(items).hasSizeGreaterThan(45).allMatch(item -> item.remedy().isEmpty());
        assertThat(servers.precheck()).as("the same order and words each time").isEqualTo(items);
    }

    @Test
    void refusesATableWhoseUpdatesWouldFail() throws SQLException {
        servers.atSource("CREATE TABLE orders (id int)");

        PrecheckItem item = servers.assertFound(
                "replica-identity",
                "public.orders",
                FAIL,
                "Table public.orders has no primary key and REPLICA IDENTITY is DEFAULT: once it is published, every UPDATE and"
                        + " DELETE on it would fail.",
                "ALTER TABLE \"public\".\"orders\" REPLICA IDENTITY FULL; -- or add a primary key");

        servers.atSource(item.remedy());
        servers.assertPasses("replica-identity");
        servers.assertFound(
                "table-without-key",
                "public.orders",
                WARN,
                "Table public.orders has no primary key (0 bytes): it is copied in one piece, and starts over "
                        + "if the copy is interrupted.",
                "ALTER TABLE \"public\".\"orders\" ADD PRIMARY KEY (...); -- if it can have one");
    }

    @Test
    void namesEveryReasonForAMissingIdentity() throws SQLException {
        servers.atSource("""
                CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE);
                CREATE TABLE nothing (id int PRIMARY KEY);
                ALTER TABLE nothing REPLICA IDENTITY NOTHING;
                CREATE TABLE dropped (id int NOT NULL);
                CREATE UNIQUE INDEX dropped_id ON dropped (id);
                ALTER TABLE dropped REPLICA IDENTITY USING INDEX dropped_id;
                DROP INDEX dropped_id;
                CREATE TABLE root (id int, at date) PARTITION BY RANGE (at);
                ALTER TABLE root REPLICA IDENTITY FULL;
                CREATE TABLE middle PARTITION OF root FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
                       PARTITION BY LIST (id);
                CREATE SCHEMA elsewhere;
                CREATE TABLE elsewhere.leaf PARTITION OF middle FOR VALUES IN (1)
                """);

        List<PrecheckItem> found = servers.of("replica-identity");

        String ending = ": once it is published, every UPDATE and DELETE on it would fail.";
        assertThat(found)
                .extracting(PrecheckItem::message)
                .containsExactly(
                        "Table public.deferred has a deferrable primary key, which cannot be the replica identity"
                                + ending,
                        "Table public.dropped has a replica identity whose index no longer exists" + ending,
                        "Table public.nothing has REPLICA IDENTITY NOTHING" + ending,
                        "Partition elsewhere.leaf of table public.root has no primary key and REPLICA IDENTITY is DEFAULT"
                                + ending);
        for (PrecheckItem item : found) {
            servers.atSource(item.remedy());
        }
        servers.assertPasses("replica-identity");
        servers.assertPasses("partition-identity");
    }

    @Test
    void refusesAPartitionThatIdentifiesRowsOtherwiseThanItsRoot() throws SQLException {
        servers.atSource("""
                CREATE TABLE root (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
                CREATE TABLE leaf (id int NOT NULL UNIQUE, at date NOT NULL, PRIMARY KEY (id, at));
                ALTER TABLE leaf REPLICA IDENTITY USING INDEX leaf_id_key;
                ALTER TABLE root ATTACH PARTITION leaf FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
                """);

        PrecheckItem item = servers.assertFound(
                "partition-identity",
                "public.leaf",
                FAIL,
                "Partition public.leaf of table public.root identifies old rows by (id), but table public.root by (id, at).",
                "ALTER TABLE \"public\".\"leaf\" REPLICA IDENTITY FULL;");

        servers.atSource(item.remedy());
        servers.assertPasses("partition-identity");
    }

    @Test
    void warnsOfOldRowsThatAreNotSentAsTheyAre() throws SQLException {
        servers.atSource("""
                CREATE TABLE root (id int) PARTITION BY RANGE (id);
                CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (1) TO (9);
                ALTER TABLE root REPLICA IDENTITY FULL; ALTER TABLE leaf REPLICA IDENTITY FULL;
                INSERT INTO root VALUES (1);
                """);
        servers.assertPasses("partition-old-values");
        servers.atSource("ALTER TABLE root ADD added text DEFAULT 'given to all'");

        servers.assertFound(
                "partition-old-values",
                "public.leaf",
                WARN,
                "Partition public.leaf identifies old rows by all columns, and this version of PostgreSQL leaves out what rows"
                        + " had from the defaults of added when these were added: the task would stop at an UPDATE or DELETE of"
                        + " such a row.",
                "Rewrite it with VACUUM FULL \"public\".\"leaf\", which locks it meanwhile, or add a primary key.");

        servers.atSource("VACUUM FULL leaf");
        servers.assertPasses("partition-old-values");
    }

    @Test
    void refusesAKeyOfGeneratedColumns() throws SQLException {
        servers.atSource("""
                CREATE TABLE doubled (id int, twice int GENERATED ALWAYS AS (id * 2) STORED PRIMARY KEY)
                """);

        servers.assertFound(
                "generated-identity",
                "public.doubled",
                FAIL,
                "The replica identity of table public.doubled contains generated columns (twice), which are not in the"
                        + " stream.",
                "Choose a unique index of ordinary columns: ALTER TABLE \"public\".\"doubled\" REPLICA IDENTITY USING INDEX"
                        + " ...;");
    }

    @Test
    void takesAColumnWhoseNameIsInQuotes() throws SQLException {
        servers.atSource(
                "CREATE TABLE t (id int PRIMARY KEY, \"'name'\" text, \"'half\" text, \"'\" text, \"''\" text)");

        servers.assertPasses("column-names");
    }

    @Test
    void refusesColumnsThatDifferOnlyByQuotes() throws SQLException {
        servers.atSource("CREATE TABLE t (id int PRIMARY KEY, \"'it''s'\" text, \"It's\" text)");

        PrecheckItem item = servers.assertFound(
                "column-names",
                "public.t",
                FAIL,
                "Columns 'it''s', It's of table public.t differ only by case or by quotes around the name, "
                        + "which Debezium cannot distinguish.",
                "ALTER TABLE \"public\".\"t\" RENAME COLUMN \"'it''s'\" TO \"it''s_2\"; -- or objects: { exclude: ["
                        + " \"public.t\" ] }");

        servers.atSource(item.remedy());
        servers.assertPasses("column-names");
    }

    @Test
    void refusesColumnsThatDifferOnlyByCase() throws SQLException {
        servers.atSource("CREATE TABLE t (id int PRIMARY KEY, name text, \"Name\" text)");

        PrecheckItem item = servers.assertFound(
                "column-names",
                "public.t",
                FAIL,
                "Columns name, Name of table public.t differ only by case or by quotes around the name, which "
                        + "Debezium cannot distinguish.",
                "ALTER TABLE \"public\".\"t\" RENAME COLUMN \"Name\" TO \"Name_2\"; -- or objects: { exclude: [ \"public.t\" ]"
                        + " }");

        servers.atSource(item.remedy());
        servers.assertPasses("column-names");
    }

    @Test
    void warnsOfTablesWithoutReplicatedColumns() throws SQLException {
        servers.atSource("CREATE TABLE empty (); CREATE TABLE fixed (nb int GENERATED ALWAYS AS (1) STORED)");

        List<PrecheckItem> found = servers.of("table-without-columns");

        assertThat(found)
                .extracting(PrecheckItem::result, PrecheckItem::message)
                .containsExactly(tuple(
                        WARN,
                        "Table public.empty has no columns but generated ones: it gets as many rows as there are, once at the load"
                                + " and again at each switch, and does not follow in between. The same holds for one other:"
                                + " public.fixed."));
    }

    @Test
    void refusesTypesThatCannotBeReadBackHoweverDeepTheyLie() throws SQLException {
        servers.atSource("""
                CREATE DOMAIN plan AS pg_node_tree;
                CREATE TYPE step AS (name text, body plan);
                CREATE TABLE shop (id int PRIMARY KEY, a pg_ndistinct, b plan, c step[], f timetz)
                """);

        List<PrecheckItem> found = servers.of("column-types");

        assertThat(found)
                .extracting(PrecheckItem::object)
                .containsExactly("public.shop.a", "public.shop.b", "public.shop.c");
        assertThat(Finding.of(found.get(0)))
                .isEqualTo(new Finding(
                        "column-types",
                        "public.shop.a",
                        FAIL,
                        "Column a of table public.shop has type pg_ndistinct, whose values PostgreSQL prints but cannot "
                                + "read back.",
                        "ALTER TABLE \"public\".\"shop\" ALTER COLUMN \"a\" TYPE text USING \"a\"::text; -- or objects: {"
                                + " exclude: [ \"public.shop\" ] }"));
        for (PrecheckItem item : found) {
            servers.atSource(item.remedy());
        }
        servers.assertPasses("column-types");
    }

    @Test
    void warnsOfUnloggedTablesWhoseRowsAreLeftOut() throws SQLException {
        servers.atSource("CREATE UNLOGGED TABLE cache (id int PRIMARY KEY)");

        PrecheckItem item = servers.assertFound(
                "unlogged-tables",
                "public.cache",
                WARN,
                "Table public.cache is unlogged: it is created, and its rows are not migrated, since its changes are not in the WAL.",
                "ALTER TABLE \"public\".\"cache\" SET LOGGED; -- if its rows have to follow; or set objects.unlogged to copy");

        servers.atSource(item.remedy());
        servers.assertPasses("unlogged-tables");
    }

    @Test
    void namesForeignTablesAndRefusesThemAsPartitions() throws SQLException {
        servers.atSource("""
                CREATE FOREIGN DATA WRAPPER nowhere;
                CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
                CREATE FOREIGN TABLE alone (id int) SERVER far;
                CREATE TABLE root (id int) PARTITION BY LIST (id);
                ALTER TABLE root REPLICA IDENTITY FULL;
                CREATE FOREIGN TABLE part PARTITION OF root FOR VALUES IN (1) SERVER far
                """);

        assertThat(servers.of("foreign-tables"))
                .map(Finding::of)
                .containsExactly(
                        new Finding(
                                "foreign-tables",
                                "public.alone",
                                WARN,
                                "Table public.alone is a foreign table: its rows are stored elsewhere and are not migrated.",
                                "objects: { exclude: [ \"public.alone\" ] }"),
                        new Finding(
                                "foreign-tables",
                                "public.part",
                                FAIL,
                                "Partition public.part of table public.root is a foreign table: a table with such a partition"
                                        + " cannot be published.",
                                "ALTER TABLE \"public\".\"root\" DETACH PARTITION \"public\".\"part\"; -- or objects: {"
                                        + " exclude: [ \"public.root\" ] }"));
    }

    @Test
    void namesTemporaryTablesAndLargeObjects() throws SQLException {
        var session = servers.sourceSession();
        try (var statement = session.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE work (id int); SELECT lo_create(0)");
        }

        servers.assertFound(
                "temporary-tables",
                "temporary tables",
                WARN,
                "The source has 1 temporary tables at the moment: they belong to sessions and are not carried.",
                "Nothing, unless an application keeps its work in them: let it finish before the switchover.");
        servers.assertFound(
                "large-objects",
                "large objects",
                WARN,
                "The source has 1 large objects, which are not migrated: logical decoding does not include them.",
                "Copy them yourself while no application writes: pg_dump --large-objects, or keep them in bytea columns.");
    }

    @Test
    void refusesTriggersThatWouldActTwice() throws SQLException {
        servers.atSource("""
                CREATE TABLE t (id int PRIMARY KEY);
                CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER acts BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION act();
                ALTER TABLE t ENABLE ALWAYS TRIGGER acts
                """);

        PrecheckItem item = servers.assertFound(
                "always-triggers",
                "public.t",
                FAIL,
                "The trigger acts of table public.t is enabled ALWAYS: at the destination it would fire a "
                        + "second time for every change.",
                "ALTER TABLE \"public\".\"t\" ENABLE TRIGGER \"acts\"; -- or objects: { exclude: [ \"public.t\" ] }");

        servers.atSource(item.remedy());
        servers.assertPasses("always-triggers");

        servers.atSource(
                "CREATE RULE for_replicas AS ON DELETE TO t DO INSTEAD NOTHING; ALTER TABLE t ENABLE REPLICA RULE for_replicas");
        PrecheckItem rule = servers.assertFound(
                "always-triggers",
                "public.t",
                FAIL,
                "The rule for_replicas of table public.t is enabled REPLICA: at the destination it would fire for every "
                        + "change, which it does not do for applications.",
                "ALTER TABLE \"public\".\"t\" DISABLE RULE \"for_replicas\"; -- or objects: { exclude: [ \"public.t\" ] }");

        servers.atSource(rule.remedy());
        servers.assertPasses("always-triggers");
    }

    @Test
    void refusesAPatternThatMatchesNothing() throws SQLException {
        servers.atSource("CREATE TABLE t (id int PRIMARY KEY)");
        servers.objects = new ObjectSelection(List.of("public.t", "sales.*"), List.of(), Owners.KEEP);

        servers.assertFound(
                "selection",
                "sales.*",
                FAIL,
                "The pattern sales.* of objects.include matches no table of the source.",
                "Correct or remove it in the task file: objects: { include: [ \"schema.table\" ] }");
    }

    @Test
    void leavesOutTablesThatAreNotSelected() throws SQLException {
        servers.atSource("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE scratch_1 (id pg_node_tree)");
        servers.objects = new ObjectSelection(List.of("public.*"), List.of("public.scratch_*"), Owners.KEEP);
        servers.ddl = new DdlSettings(DdlMode.STOP);

        assertThat(Precheck.worst(servers.precheck())).isEqualTo(Result.PASS);
    }
}
