package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.WARN;

import java.sql.SQLException;
import java.util.List;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is said of the destination, and of what is there already. */
class PrecheckDestinationTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @Test
    void refusesTablesThatExistUnlessToldWhatToDo() throws SQLException {
        servers.atSource("CREATE TABLE orders (id int PRIMARY KEY)");
        servers.atDestination(
                "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders SELECT generate_series(1, 1000)");
        servers.atDestination("ANALYZE orders");

        servers.assertFound(
                "existing-objects",
                "public.orders",
                FAIL,
                "Table public.orders already exists at the destination.",
                "First make sure that destination.url names the right database. If it does: destination: { existing: adopt }"
                        + " keeps tables that are empty, destination: { existing: empty } keeps the tables and removes their"
                        + " rows, and DROP TABLE \"public\".\"orders\"; removes one.");

        servers.existing = Existing.EMPTY;
        servers.assertFound(
                "existing-objects",
                "public.orders",
                WARN,
                "The rows of table public.orders at the destination will be removed (about 1000 rows, 40.0 kB).",
                "destination: { existing: adopt } -- if no row may be removed");

        servers.existing = Existing.ADOPT;
        PrecheckItem filled = servers.assertFound(
                "existing-objects",
                "public.orders",
                FAIL,
                "Table public.orders at the destination has rows, but destination.existing is adopt, which accepts only empty"
                        + " tables.",
                "TRUNCATE TABLE \"public\".\"orders\"; -- at the destination");
        servers.atDestination(filled.remedy());
        servers.assertPasses("existing-objects");

        servers.existing = Existing.FAIL;
        servers.atDestination("DROP TABLE orders");
        servers.assertPasses("existing-objects");
    }

    @Test
    void refusesAnObjectOfThatNameThatIsNoTable() throws SQLException {
        servers.atSource("CREATE TABLE orders (id int PRIMARY KEY)");
        servers.atDestination("CREATE VIEW orders AS SELECT 1 AS id");
        servers.existing = Existing.EMPTY;

        servers.assertFound(
                "existing-objects",
                "public.orders",
                FAIL,
                "public.orders exists at the destination and is not a table.",
                "Rename or drop it there.");
    }

    @Test
    void namesWhateverElseStandsInTheStructuresWay() throws SQLException {
        String objects = """
                CREATE TABLE orders (id int PRIMARY KEY, day date);
                CREATE INDEX by_day ON orders (day);
                CREATE VIEW days AS SELECT day FROM orders;
                CREATE SEQUENCE numbers;
                CREATE TYPE mood AS ENUM ('good');
                CREATE TYPE pair AS (a int, b int);
                CREATE DOMAIN positive AS int CHECK (VALUE > 0);
                CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
                CREATE PROCEDURE act(mood) LANGUAGE sql AS 'SELECT 1';
                CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
                CREATE EXTENSION hstore;
                """;
        servers.atSource(objects);
        servers.atDestination(objects + "DROP TABLE orders CASCADE; CREATE TABLE days (); CREATE TABLE by_day ();"
                + "CREATE FUNCTION twice(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'");

        List<PrecheckItem> found = servers.of("existing-names");
        assertThat(found)
                .map(Finding::of)
                .containsExactly(new Finding(
                        "existing-names",
                        "public.act(public.mood)",
                        FAIL,
                        "Procedure public.act(public.mood) already exists at the destination. The same holds for 8 others:"
                                + " public.total(integer), public.twice(integer), public.by_day and 5 more.",
                        "First make sure that destination.url names the right database. If it does, keep it as it is"
                                + " (destination: { existing: adopt }), or rename or drop it there."));
        assertThat(found.get(0).objects())
                .containsExactly(
                        "public.act(public.mood)",
                        "public.total(integer)",
                        "public.twice(integer)",
                        "public.by_day",
                        "public.days",
                        "public.numbers",
                        "public.mood",
                        "public.pair",
                        "public.positive");

        servers.existing = Existing.ADOPT;
        servers.assertPasses("existing-names");
    }

    @Test
    void comparesTheColumnsOfTablesThatAreKept() throws SQLException {
        servers.atSource("CREATE TABLE orders (id int PRIMARY KEY, total numeric(10,2), note text)");
        servers.atDestination("CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(10,2), extra int)");
        servers.existing = Existing.EMPTY;

        List<PrecheckItem> found = servers.of("existing-columns");

        assertThat(found)
                .map(Finding::of)
                .containsExactly(
                        new Finding(
                                "existing-columns",
                                "public.orders.id",
                                FAIL,
                                "Column id of table public.orders has type integer at the source, but bigint at the"
                                        + " destination.",
                                "ALTER TABLE \"public\".\"orders\" ALTER COLUMN \"id\" TYPE integer; -- at the destination"),
                        new Finding(
                                "existing-columns",
                                "public.orders.note",
                                FAIL,
                                "Column note of table public.orders does not exist at the destination.",
                                "ALTER TABLE \"public\".\"orders\" ADD COLUMN \"note\" text; -- at the destination"),
                        new Finding(
                                "existing-columns",
                                "public.orders.extra",
                                FAIL,
                                "Column extra of table public.orders exists only at the destination.",
                                "ALTER TABLE \"public\".\"orders\" DROP COLUMN \"extra\"; -- at the destination"));
        for (PrecheckItem item : found) {
            servers.atDestination(item.remedy());
        }
        servers.assertPasses("existing-columns");
    }

    @Test
    void refusesADestinationThatIsReadOnly() throws SQLException {
        servers.atDestination("ALTER DATABASE " + servers.database() + " SET default_transaction_read_only = on");

        PrecheckItem item = servers.assertFound(
                "destination-writable",
                "destination",
                FAIL,
                "default_transaction_read_only is on at the destination: it is read-only.",
                "BEGIN READ WRITE; ALTER DATABASE \"" + servers.database()
                        + "\" SET default_transaction_read_only = off; COMMIT;");

        servers.atDestination(item.remedy());
        servers.assertPasses("destination-writable");
    }

    @Test
    void warnsOfEventTriggersThatActOnTheAccount() throws SQLException {
        servers.atDestination("""
                CREATE FUNCTION act() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
                CREATE EVENT TRIGGER acts ON ddl_command_end EXECUTE FUNCTION act();
                CREATE ROLE t_plain LOGIN
                """);
        servers.atSource("CREATE ROLE t_plain LOGIN");
        // From PostgreSQL 17 on, the sessions of a superuser switch them off.
        servers.assertPasses("event-triggers");
        servers.user = "t_plain";

        PrecheckItem item = servers.assertFound(
                "event-triggers",
                "acts",
                WARN,
                "Event trigger acts at the destination will fire for every statement that creates a schema object.",
                "ALTER EVENT TRIGGER \"acts\" DISABLE; -- at the destination");

        servers.atDestination(item.remedy());
        servers.assertPasses("event-triggers");
    }

    @Test
    void namesExtensionsThatAreMissingOrOlder() throws SQLException {
        // adminpack was part of PostgreSQL until 16.
        servers.atSource("CREATE EXTENSION adminpack; CREATE EXTENSION hstore");

        PrecheckItem item = servers.assertFound(
                "extensions",
                "adminpack",
                FAIL,
                "Extension adminpack of the source is not available at the destination.",
                "Install its package on the destination server, or at the source, if nothing uses it: DROP EXTENSION"
                        + " \"adminpack\";");
        servers.atSource(item.remedy().substring(item.remedy().indexOf("DROP EXTENSION")));
        servers.assertPasses("extensions");

        servers.atDestination("CREATE EXTENSION hstore VERSION '1.4'");
        PrecheckItem older = servers.assertFound(
                "extensions",
                "hstore",
                WARN,
                "Extension hstore is version 1.8 at the source, but 1.4 at the destination.",
                "ALTER EXTENSION \"hstore\" UPDATE; -- at the destination");
        servers.atDestination(older.remedy());
        servers.assertPasses("extensions");
        assertThat(ObjectChecks.isOlder("1.9", "1.10")).isTrue();
        assertThat(ObjectChecks.isOlder("3.4.2", "3.4")).isFalse();
    }

    @Test
    void namesFunctionsWrittenInC() throws SQLException {
        servers.atSource(
                "CREATE FUNCTION words(text) RETURNS int AS '$libdir/dict_snowball', 'dsnowball_init' LANGUAGE c");

        servers.assertFound(
                "c-functions",
                "public.words(text)",
                WARN,
                "Function public.words(text) is written in C and needs the library $libdir/dict_snowball, which "
                        + "is not migrated.",
                "Install $libdir/dict_snowball on the destination server, and create the function there as a superuser.");
    }
}
