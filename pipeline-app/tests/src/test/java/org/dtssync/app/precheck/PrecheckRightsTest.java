package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.WARN;

import java.sql.SQLException;
import java.util.List;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.schemas.DdlMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Accounts without rights: what is missing is named, and the remedies, pasted, give exactly what is needed. */
class PrecheckRightsTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @BeforeEach
    void makeAccounts() throws SQLException {
        servers.atSource("CREATE ROLE t_owner; CREATE ROLE t_migrator LOGIN");
        servers.atDestination("CREATE ROLE t_owner; CREATE ROLE t_migrator LOGIN");
        servers.user = "t_migrator";
    }

    @Test
    void theRemediesAtTheSourceAreAllThatIsNeeded() throws SQLException {
        servers.atSource("""
                CREATE SCHEMA sales AUTHORIZATION t_owner;
                CREATE TABLE sales.orders (id int PRIMARY KEY);
                ALTER TABLE sales.orders OWNER TO t_owner
                """);
        servers.objects = new ObjectSelection(List.of("sales.*"), List.of(), Owners.KEEP);

        List<PrecheckItem> account = servers.of("source-rights");
        List<PrecheckItem> tables = servers.of("source-table-rights");

        assertThat(account)
                .map(Finding::of)
                .containsExactly(
                        new Finding(
                                "source-rights",
                                "t_migrator",
                                FAIL,
                                "Account t_migrator at the source lacks REPLICATION.",
                                "ALTER ROLE \"t_migrator\" REPLICATION;"),
                        new Finding(
                                "source-rights",
                                "t_migrator",
                                FAIL,
                                "Account t_migrator may not create the publication and the schema dts_sync in database "
                                        + servers.database() + " at the source.",
                                "GRANT CREATE ON DATABASE \"" + servers.database() + "\" TO \"t_migrator\";"));
        assertThat(tables)
                .map(Finding::of)
                .containsExactly(new Finding(
                        "source-table-rights",
                        "sales.orders",
                        FAIL,
                        "Account t_migrator does not own table sales.orders, which belongs to t_owner: only its owner"
                                + " can publish it.",
                        "GRANT \"t_owner\" TO \"t_migrator\";"));
        for (PrecheckItem item : account) {
            servers.atSource(item.remedy());
        }
        for (PrecheckItem item : tables) {
            servers.atSource(item.remedy());
        }
        servers.assertPasses("source-rights");
        servers.assertPasses("source-table-rights");
    }

    @Test
    void theRemediesAtTheDestinationAreAllThatIsNeeded() throws SQLException {
        servers.atSource("""
                CREATE TABLE orders (id int PRIMARY KEY, parent int REFERENCES orders);
                ALTER TABLE orders OWNER TO t_owner
                """);
        servers.atSource("GRANT t_owner TO t_migrator");
        servers.atDestination("CREATE TABLE orders (id int PRIMARY KEY, parent int)");
        servers.existing = Existing.ADOPT;

        List<PrecheckItem> rights = servers.of("destination-rights");
        List<PrecheckItem> role = servers.of("replication-role");

        assertThat(rights)
                .extracting(PrecheckItem::message, PrecheckItem::remedy)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "Account t_migrator may not create schemas in database " + servers.database()
                                        + " at the destination.",
                                "GRANT CREATE ON DATABASE \"" + servers.database() + "\" TO \"t_migrator\";"),
                        org.assertj.core.groups.Tuple.tuple(
                                "Account t_migrator may not create tables in schema public at the destination.",
                                "GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"t_migrator\";"),
                        org.assertj.core.groups.Tuple.tuple(
                                "Account t_migrator may not read and write table public.orders at the destination.",
                                "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLE \"public\".\"orders\" TO"
                                        + " \"t_migrator\";"));
        assertThat(role)
                .map(Finding::of)
                .containsExactly(new Finding(
                        "replication-role",
                        "t_migrator",
                        FAIL,
                        "Account t_migrator may not set session_replication_role at the destination: triggers, rules and"
                                + " foreign keys of 1 table would fire a second time for every change.",
                        "GRANT SET ON PARAMETER session_replication_role TO \"t_migrator\";"));
        for (PrecheckItem item : rights) {
            servers.atDestination(item.remedy());
        }
        servers.atDestination(role.get(0).remedy());
        servers.assertPasses("destination-rights");
        servers.assertPasses("replication-role");
    }

    @Test
    void warnsOfTheReplicationRoleWhereNothingWouldActTwice() throws SQLException {
        servers.atSource("CREATE TABLE orders (id int PRIMARY KEY)");

        servers.assertFound(
                "replication-role",
                "t_migrator",
                WARN,
                "Account t_migrator may not set session_replication_role at the destination. No selected table has a trigger,"
                        + " a rule or a foreign key now, but none may be added.",
                "GRANT SET ON PARAMETER session_replication_role TO \"t_migrator\";");
    }

    @Test
    void namesRolesThatAreMissingOrCannotBeGivenAnything() throws SQLException {
        servers.atSource("""
                CREATE ROLE t_reader;
                CREATE ROLE t_boss;
                CREATE TABLE orders (id int PRIMARY KEY);
                ALTER TABLE orders OWNER TO t_owner;
                GRANT SELECT ON orders TO t_reader;
                CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
                ALTER FUNCTION f() OWNER TO t_boss
                """);

        List<PrecheckItem> found = servers.of("roles");

        assertThat(found)
                .map(Finding::of)
                .containsExactly(
                        new Finding(
                                "roles",
                                "t_boss",
                                FAIL,
                                "Role t_boss, which owns objects or has grants at the source, does not exist at the"
                                        + " destination. The same holds for one other: t_reader.",
                                "CREATE ROLE \"t_boss\"; GRANT \"t_boss\" TO \"t_migrator\";\nCREATE ROLE \"t_reader\"; -- at"
                                        + " the destination, or objects: { owners: drop }"),
                        new Finding(
                                "roles",
                                "t_owner",
                                FAIL,
                                "Account t_migrator at the destination is not a member of role t_owner, which owns objects at "
                                        + "the source, and cannot assign any to it.",
                                "GRANT \"t_owner\" TO \"t_migrator\"; -- at the destination, or objects: { owners: drop }"));
        for (PrecheckItem item : found) {
            servers.atDestination(item.remedy());
        }
        servers.assertPasses("roles");

        servers.objects = new ObjectSelection(List.of("public.*"), List.of(), Owners.DROP);
        servers.assertFound(
                "roles",
                "roles",
                PrecheckItem.Result.PASS,
                "Owners and grants are not migrated (objects.owners: drop).",
                "");
    }

    @Test
    void refusesRowSecurityThatHidesRows() throws SQLException {
        servers.atSource("""
                CREATE TABLE orders (id int PRIMARY KEY);
                ALTER TABLE orders OWNER TO t_migrator;
                ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
                """);
        servers.assertPasses("source-row-security");

        servers.atSource("ALTER TABLE orders FORCE ROW LEVEL SECURITY");
        PrecheckItem source = servers.assertFound(
                "source-row-security",
                "public.orders",
                FAIL,
                "Row-level security of table public.orders hides rows from account t_migrator, which could not copy all of them.",
                "ALTER ROLE \"t_migrator\" BYPASSRLS;");
        PrecheckItem destination = servers.assertFound(
                "destination-row-security",
                "public.orders",
                FAIL,
                "Table public.orders has row-level security, which account t_migrator at the destination cannot "
                        + "bypass: changes could not be applied.",
                "ALTER ROLE \"t_migrator\" BYPASSRLS;");

        servers.atSource(source.remedy());
        servers.atDestination(destination.remedy());
        servers.assertPasses("source-row-security");
        servers.assertPasses("destination-row-security");
    }

    @Test
    void anAccountWithTheRightsOfTheReadmeGetsOnlyPassesButForEventTriggers() throws SQLException {
        servers.atSource("""
                CREATE TABLE orders (id int PRIMARY KEY, parent int REFERENCES orders);
                ALTER TABLE orders OWNER TO t_owner;
                -- Before 15 everybody may create there, a grant that an account which does not own the schema cannot carry.
                REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                """);
        servers.atSource("ALTER ROLE t_migrator REPLICATION; GRANT t_owner TO t_migrator; GRANT CREATE ON DATABASE "
                + servers.database() + " TO t_migrator");
        servers.atDestination("GRANT t_owner TO t_migrator; GRANT CREATE ON SCHEMA public TO t_migrator, t_owner;"
                + " GRANT SET ON PARAMETER session_replication_role TO t_migrator;"
                + " GRANT CREATE ON DATABASE " + servers.database() + " TO t_migrator");

        List<PrecheckItem> found = servers.precheck().stream()
                .filter(item -> item.result() != PrecheckItem.Result.PASS)
                .toList();
        assertThat(found).extracting(PrecheckItem::id).containsExactly("kept-identities", "carried-commands");
        assertThat(found.get(0).message())
                .contains("Account t_migrator may not make event triggers at the source")
                .contains("the application's UPDATE and DELETE on it fail");
        assertThat(found.get(1).message())
                .isEqualTo(
                        "Account t_migrator may not make event triggers at the source: the task would begin with ddl.mode"
                                + " stop, and stop when the structure of the source changes.");

        servers.atSource(found.get(0).remedy());
        servers.assertPasses("kept-identities");
        servers.atSource(found.get(1).remedy());
        assertThat(servers.of("carried-commands").get(0).message())
                .isEqualTo(
                        "Commands that change the structure can be recorded at the source; ddl.mode is auto, which means carry.");
    }

    @Test
    void aTaskThatCarriesCommandsNeedsEventTriggers() throws SQLException {
        servers.atSource("CREATE TABLE orders (id int PRIMARY KEY); GRANT CREATE ON DATABASE " + servers.database()
                + " TO t_migrator");
        servers.ddl = new DdlSettings(DdlMode.STOP);
        assertThat(servers.of("carried-commands").get(0).message())
                .contains("ddl.mode is stop", "a superuser has to install event triggers");
        servers.ddl = new DdlSettings(DdlMode.CARRY);

        PrecheckItem found = servers.of("carried-commands").get(0);
        assertThat(found.result()).isEqualTo(FAIL);
        assertThat(found.message())
                .isEqualTo("Account t_migrator may not make event triggers at the source, which ddl.mode carry needs.");

        servers.atSource(found.remedy());
        servers.assertPasses("carried-commands");
        servers.assertPasses("carried-rights");
        servers.ddl = new DdlSettings(DdlSettings.Choice.CARRY, 1 << 20, DdlSettings.Back.CARRY);
        assertThat(servers.of("carried-commands").get(0).message())
                .isEqualTo(
                        "Account t_migrator may not make event triggers at the destination, which ddl.reverse carry needs.");
        servers.atDestination(servers.of("carried-commands").get(0).remedy());
        assertThat(servers.of("carried-commands")).allMatch(item -> item.result() != FAIL);
        servers.ddl = new DdlSettings(DdlMode.CARRY);
        servers.atDestination("ALTER ROLE t_migrator CREATEROLE");
        assertThat(servers.of("carried-rights").get(0).message())
                .startsWith(
                        "Account t_migrator may create and change roles at the destination, and ddl.mode is carry: ");
    }
}
