package org.dtssync.app.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.LargeObjects;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.ObjectSelection.Settings;
import org.dtssync.app.config.ObjectSelection.Unlogged;
import org.dtssync.app.testing.PgClient;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every object of a database has one row, and a verdict that is true. */
@ExtendWith(ServersExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InventoryTest {

    /**
     * Everything that somebody created, from each catalog itself: what extensions bring, the server's own, and what is only stored
     * for something else (TOAST tables, row types, arrays, multiranges, constructors, triggers behind constraints) is not counted.
     */
    private static final String CREATED = """
            SELECT class::regclass::oid || '.' || oid FROM (
                SELECT 'pg_class' AS class, oid FROM pg_class WHERE relkind NOT IN ('t', 'c') AND relnamespace::regnamespace::text !~ '^pg_'
                UNION ALL SELECT 'pg_type', oid FROM pg_type t WHERE typtype <> 'm' AND typcategory <> 'A'
                    AND (typrelid = 0 OR (SELECT relkind FROM pg_class WHERE oid = typrelid) = 'c')
                UNION ALL SELECT 'pg_proc', oid FROM pg_proc p WHERE NOT EXISTS (
                    SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'i')
                UNION ALL SELECT 'pg_constraint', oid FROM pg_constraint
                UNION ALL SELECT 'pg_attrdef', oid FROM pg_attrdef
                -- Before version 15 copies at partitions count as internal.
                UNION ALL SELECT 'pg_trigger', oid FROM pg_trigger
                    WHERE NOT tgisinternal OR tgparentid <> 0 AND tgfoid::regproc::text !~ 'RI_FKey_|unique_key_recheck'
                UNION ALL SELECT 'pg_rewrite', oid FROM pg_rewrite WHERE rulename <> '_RETURN'
                UNION ALL SELECT 'pg_policy', oid FROM pg_policy
                UNION ALL SELECT 'pg_statistic_ext', oid FROM pg_statistic_ext
                UNION ALL SELECT 'pg_namespace', oid FROM pg_namespace WHERE nspname !~ '^pg_'
                UNION ALL SELECT 'pg_operator', oid FROM pg_operator
                UNION ALL SELECT 'pg_opclass', oid FROM pg_opclass
                UNION ALL SELECT 'pg_opfamily', oid FROM pg_opfamily
                UNION ALL SELECT 'pg_collation', oid FROM pg_collation
                UNION ALL SELECT 'pg_conversion', oid FROM pg_conversion
                UNION ALL SELECT 'pg_cast', oid FROM pg_cast c WHERE NOT EXISTS (
                    SELECT FROM pg_depend WHERE classid = 'pg_cast'::regclass AND objid = c.oid AND deptype = 'i')
                UNION ALL SELECT 'pg_transform', oid FROM pg_transform
                UNION ALL SELECT 'pg_language', oid FROM pg_language
                UNION ALL SELECT 'pg_am', oid FROM pg_am
                UNION ALL SELECT 'pg_ts_parser', oid FROM pg_ts_parser
                UNION ALL SELECT 'pg_ts_template', oid FROM pg_ts_template
                UNION ALL SELECT 'pg_ts_dict', oid FROM pg_ts_dict
                UNION ALL SELECT 'pg_ts_config', oid FROM pg_ts_config
                UNION ALL SELECT 'pg_extension', oid FROM pg_extension
                UNION ALL SELECT 'pg_foreign_data_wrapper', oid FROM pg_foreign_data_wrapper
                UNION ALL SELECT 'pg_foreign_server', oid FROM pg_foreign_server
                UNION ALL SELECT 'pg_user_mapping', oid FROM pg_user_mapping
                UNION ALL SELECT 'pg_event_trigger', oid FROM pg_event_trigger
                UNION ALL SELECT 'pg_publication', oid FROM pg_publication
                UNION ALL SELECT 'pg_publication_rel', oid FROM pg_publication_rel
                UNION ALL SELECT 'pg_subscription', oid FROM pg_subscription
                    WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                UNION ALL SELECT 'pg_default_acl', oid FROM pg_default_acl
            ) found
            WHERE oid >= 16384 AND NOT EXISTS (
                SELECT FROM pg_depend e WHERE e.deptype = 'e' AND (e.classid, e.objid) = (class::regclass, found.oid)
                UNION ALL
                SELECT FROM pg_depend p JOIN pg_depend e ON (e.classid, e.objid) = (p.refclassid, p.refobjid) AND e.deptype = 'e'
                WHERE p.deptype IN ('a', 'i') AND (p.classid, p.objid) = (class::regclass, found.oid)
                UNION ALL
                SELECT FROM pg_depend p JOIN pg_depend q ON (q.classid, q.objid) = (p.refclassid, p.refobjid)
                JOIN pg_depend e ON (e.classid, e.objid) = (q.refclassid, q.refobjid) AND e.deptype = 'e'
                WHERE p.deptype = 'i' AND q.deptype = 'a' AND (p.classid, p.objid) = (class::regclass, found.oid))
            """;

    private EveryKind everyKind;
    private Map<String, InventoryItem> items;

    @BeforeAll
    void load(Servers servers) throws SQLException, IOException {
        everyKind = new EveryKind(servers, 18);
        items = byTitle(everyKind.inventory(EveryKind.SHOP));
    }

    @AfterAll
    void close() throws SQLException {
        everyKind.close();
    }

    private static Map<String, InventoryItem> byTitle(Inventory inventory) {
        return inventory.items().stream().collect(Collectors.toMap(InventoryItem::title, Function.identity()));
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 17, 18})
    void nothingIsWithoutARow(int version, Servers servers) throws SQLException, IOException {
        try (EveryKind source = new EveryKind(servers, version)) {
            List<String> objects = CatalogObjects.read(source.database).objects().stream()
                    .filter(object -> !object.property() && !object.kind().equals("large object"))
                    .filter(object -> !object.identity().equals("public"))
                    .map(object -> object.key().catalog() + "." + object.key().oid())
                    .filter(key -> !key.startsWith("6237."))
                    .toList();

            assertThat(objects).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(source.texts(CREATED));
            assertThat(totals(source.inventory(EveryKind.SHOP), "large object")).isEqualTo(4);
        }
    }

    @Test
    void countsAreThoseOfTheCatalogs() throws SQLException {
        Inventory inventory = everyKind.inventory(EveryKind.SHOP);

        assertThat(totals(inventory, "table"))
                .isEqualTo(number("SELECT count(*) FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace IN"
                        + " ('shop'::regnamespace, 'util'::regnamespace)"));
        assertThat(totals(inventory, "sequence value"))
                .isEqualTo(number("SELECT count(*) FROM pg_sequence"))
                .isEqualTo(inventory.count(Verdict.AT_THE_SWITCH) - totals(inventory, "rows without sent columns"));
        assertThat(totals(inventory, "comment"))
                .isEqualTo(number(
                                "SELECT count(*) FROM pg_description WHERE objoid >= 16384 AND NOT EXISTS (SELECT FROM"
                                        + " pg_depend e WHERE e.classid = classoid AND e.objid = objoid AND e.deptype = 'e')")
                        + 1);
    }

    private InventoryItem item(String title) {
        return item(items, title);
    }

    private static InventoryItem item(Map<String, InventoryItem> items, String title) {
        InventoryItem item = items.get(title);
        assertThat(item).as(title).isNotNull();
        return item;
    }

    private static long totals(Inventory inventory, String kind) {
        return inventory.counts().getOrDefault(kind, Map.of()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private long number(String query) throws SQLException {
        return Long.parseLong(everyKind.texts(query).get(0));
    }

    @Test
    void whatNoStatementMakesHasToBeMadeByHand() {
        assertThat(titles(new Inventory(List.copyOf(items.values())).byHand()))
                .containsExactlyInAnyOrder(
                        "changed grants function ext.akeys(ext.hstore)",
                        "changed grants function pg_catalog.pg_ls_dir(pg_catalog.text)",
                        "comment database",
                        "event trigger watch_ddl",
                        "foreign key item_kind on shop.item",
                        "foreign server files",
                        "foreign server partner",
                        "foreign table shop.price_list",
                        "foreign-data wrapper own_wrapper",
                        "function shop.last_entries()",
                        "grants database",
                        "language own_language",
                        "large object 123456",
                        "large object 20001 to 20003 of postgres",
                        "publication of_items",
                        "publication of_shop",
                        "rows of an extension's table ext.own_words of hstore",
                        "security label table shop.customer",
                        "setting of a role in the database every_kind_reader: app.api_secret",
                        "setting of the database work_mem",
                        "subscription from_partner",
                        "tablespace shop.in_space",
                        "tablespace shop.in_space_t",
                        "view shop.entries");
    }

    @Test
    void whatIsLeftOutNamesWhatNeedsIt() {
        assertThat(titles(new Inventory(List.copyOf(items.values())).needed()))
                .containsExactlyInAnyOrder(
                        "function util.on_ddl()", "function util.own_handler()", "table util.entry", "table util.kind");
        assertThat(item("function util.on_ddl()").neededBy()).containsExactly("event trigger watch_ddl");
        assertThat(item("table util.entry").neededBy())
                .containsExactly("function shop.last_entries()", "view shop.entries");
        assertThat(item("table util.kind").neededBy()).containsExactly("foreign key item_kind on shop.item");
        assertThat(item("view shop.entries").reason())
                .isEqualTo("It needs table util.entry, which the selection leaves out.");
    }

    @Test
    void whatIsMadeByHandComesWithItsSqlAndWithoutSecrets() {
        assertThat(item("foreign key item_kind on shop.item").sql())
                .contains(
                        "ALTER TABLE shop.item ADD CONSTRAINT item_kind FOREIGN KEY (kind) REFERENCES util.kind(id);");
        assertThat(item("security label table shop.customer").sql())
                .contains("SECURITY LABEL FOR guard ON TABLE shop.customer IS 'confidential';");
        assertThat(item("changed grants function ext.akeys(ext.hstore)").sql())
                .contains("REVOKE EXECUTE ON FUNCTION ext.akeys(ext.hstore) FROM PUBLIC;");
        assertThat(items.values().stream().flatMap(item -> item.sql().stream()).collect(Collectors.joining()))
                .doesNotContain("not to be shown")
                .doesNotContain("not-to-be-shown");
    }

    @Test
    void propertiesAreCarriedOnlyIfAStatementSaysSo() {
        List<String> carried = List.of(
                "column storage shop.customer.code",
                "column compression shop.customer.code",
                "column options shop.customer.feeling",
                "statistics target shop.customer.\"Full Name\"",
                "statistics target shop.customer_statistics",
                "storage parameters shop.customer",
                "cluster mark shop.customer",
                "replica identity shop.logged_whole",
                "row security shop.item",
                "forced row security shop.item",
                "trigger state customer_off on shop.customer",
                "cast (integer AS text)",
                "function util.known(pg_catalog.text)",
                "function util.on_change()",
                "comment table column shop.customer.\"Full Name\"",
                "grants table column shop.customer.email",
                "grants function shop.plus_one(bigint)",
                "unlogged shop.rate_limit",
                "table access method shop.in_own_heap",
                "sequence shop.customer_id_seq",
                "sequence util.shared");
        assertThat(carried)
                .allSatisfy(title -> assertThat(item(title).verdict()).isEqualTo(Verdict.CARRIED));
        assertThat(titles(new Inventory(List.copyOf(items.values())).leftOut()))
                .containsExactly("unlogged rows shop.rate_limit");
        Map<String, InventoryItem> copied = byTitle(everyKind.inventory(new ObjectSelection(
                List.of("shop.*"), List.of(), Owners.KEEP, Unlogged.COPY, Settings.CARRY, LargeObjects.COPY)));
        assertThat(List.of("unlogged rows shop.rate_limit", "large object 123456", "comment large object 123456"))
                .allSatisfy(title -> assertThat(item(copied, title).verdict()).isEqualTo(Verdict.AT_THE_SWITCH));
    }

    @Test
    void aSelectionLeavesOutByPatternAndByOwners() {
        ObjectSelection selection =
                new ObjectSelection(List.of("shop.*"), List.of("shop.event*", "shop.moods"), Owners.DROP);

        Map<String, InventoryItem> narrow = byTitle(everyKind.inventory(selection));

        assertThat(item(narrow, "table shop.event_2025").reason()).isEqualTo("objects.exclude matches it.");
        assertThat(item(narrow, "index shop.event_day").verdict()).isEqualTo(Verdict.LEFT_OUT);
        assertThat(item(narrow, "index shop.event_day").reason())
                .isEqualTo("It belongs to table shop.event, which is left out.");
        assertThat(item(narrow, "materialized view shop.moods").verdict()).isEqualTo(Verdict.LEFT_OUT);
        assertThat(item(narrow, "grants table shop.customer").reason()).isEqualTo("objects.owners is drop.");
        assertThat(new TreeSet<>(narrow.keySet())).isEqualTo(new TreeSet<>(items.keySet()));
    }

    /** {@code pg_dump} names everything that it writes, by catalog and oid where the object has them. */
    @Test
    void everythingThatPgDumpWritesHasARow(@TempDir Path directory) throws Exception {
        Optional<Path> dump = PgClient.program("pg_dump");
        Optional<Path> restore = PgClient.program("pg_restore");
        assumeTrue(dump.isPresent() && restore.isPresent(), PgClient.MISSING);
        URI address = URI.create(everyKind.settings.url().substring("jdbc:".length()));
        Path archive = directory.resolve("archive");
        run(
                dump.orElseThrow().toString(),
                "-Fc",
                "-h",
                address.getHost(),
                "-p",
                String.valueOf(address.getPort()),
                "-U",
                everyKind.settings.user(),
                "-f",
                archive.toString(),
                address.getPath().substring(1));
        Set<String> known = new HashSet<>();
        for (CatalogObject object : CatalogObjects.read(everyKind.database).objects()) {
            known.add(object.key().catalog() + " " + object.key().oid());
            known.add(object.kind());
        }

        List<String> unknown = run(restore.orElseThrow().toString(), "-l", archive.toString())
                .lines()
                .filter(line -> !line.startsWith(";"))
                .map(line -> line.replaceFirst("^\\d+; ", ""))
                .filter(line -> !isKnown(line, known))
                .toList();

        assertThat(unknown).isEmpty();
    }

    /** Rows of tables are no objects; entries without an oid are properties, whose kinds are named here. */
    private static boolean isKnown(String line, Set<String> known) {
        Map<String, String> properties = Map.ofEntries(
                Map.entry("COMMENT ", "comment"),
                Map.entry("ACL ", "grants"),
                Map.entry("SECURITY LABEL ", "security label"),
                Map.entry("SEQUENCE OWNED BY ", "sequence owner"),
                Map.entry("SEQUENCE SET ", "sequence value"),
                Map.entry("TABLE ATTACH ", "partition of a table"),
                Map.entry("INDEX ATTACH ", "partition of an index"),
                Map.entry("ROW SECURITY ", "row security"),
                Map.entry("SHELL TYPE ", "base type"),
                Map.entry("MATERIALIZED VIEW DATA ", "materialized view"),
                Map.entry("BLOB", "large object"));
        String[] words = line.split(" ", 3);
        return known.contains(words[0] + " " + words[1])
                || words[2].startsWith("TABLE DATA ")
                || words[2].startsWith("PUBLICATION TABLES IN SCHEMA ")
                || properties.entrySet().stream()
                        .anyMatch(entry -> words[2].startsWith(entry.getKey()) && known.contains(entry.getValue()));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static List<String> titles(List<InventoryItem> items) {
        return items.stream().map(InventoryItem::title).toList();
    }
}
