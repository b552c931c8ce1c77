package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.WARN;

import java.sql.SQLException;
import java.util.List;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an account that is no superuser cannot make or give away at the destination is named before it is tried. */
class PrecheckOwnershipTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @BeforeEach
    void makeAccounts() throws SQLException {
        servers.atSource("CREATE ROLE t_owner; CREATE ROLE t_migrator LOGIN");
        servers.atDestination("CREATE ROLE t_owner; CREATE ROLE t_migrator LOGIN; GRANT t_owner TO t_migrator");
        servers.user = "t_migrator";
    }

    @Test
    void anOwnerNeedsCreateOnASchemaThatExists() throws SQLException {
        servers.atSource("CREATE TABLE orders (id int PRIMARY KEY); ALTER TABLE orders OWNER TO t_owner");

        PrecheckItem item = servers.assertFound(
                "owner-rights",
                "t_owner",
                FAIL,
                "Role t_owner owns objects in schema public at the source, but cannot own any at the "
                        + "destination: it may not create objects in that schema.",
                "GRANT CREATE ON SCHEMA \"public\" TO \"t_owner\"; -- at the destination");

        servers.atDestination(item.remedy());
        servers.assertPasses("owner-rights");
    }

    @Test
    void anOwnerNeedsCreateOnASchemaThatIsMadeWithItsGrants() throws SQLException {
        servers.objects = new ObjectSelection(List.of("sales.*"), List.of(), Owners.KEEP);
        servers.atSource(
                "CREATE SCHEMA sales; CREATE DOMAIN sales.amount AS int; ALTER DOMAIN sales.amount OWNER TO t_owner");

        PrecheckItem item = servers.assertFound(
                "owner-rights",
                "t_owner",
                FAIL,
                "Role t_owner owns objects in schema sales at the source, but cannot own any at the "
                        + "destination: it may not create objects in that schema.",
                "GRANT CREATE ON SCHEMA \"sales\" TO \"t_owner\"; -- at the source, which is migrated");

        servers.atSource(item.remedy());
        servers.assertPasses("owner-rights");
    }

    @Test
    void grantsOnASchemaOfSomebodyElseAreNotCarried() throws SQLException {
        servers.atSource("GRANT USAGE ON SCHEMA public TO t_owner WITH GRANT OPTION");

        PrecheckItem item = servers.of("schema-grants").get(0);

        assertThat(item.result()).isEqualTo(WARN);
        assertThat(item.message())
                .isEqualTo(
                        "Account t_migrator does not own schema public at the destination, so these grants on it are "
                                + "not migrated, and a switchover is refused without them.");
        assertThat(item.remedy())
                .contains("GRANT USAGE ON SCHEMA public TO t_owner WITH GRANT OPTION")
                .endsWith("; -- at the destination, as its owner or a superuser");
        servers.atDestination(item.remedy());
        servers.assertPasses("schema-grants");
    }

    @Test
    void extensionsThatAreNotTrustedNeedASuperuser() throws SQLException {
        servers.atSource("CREATE EXTENSION pageinspect SCHEMA public; CREATE EXTENSION hstore SCHEMA public");

        PrecheckItem item = servers.assertFound(
                "extension-rights",
                "pageinspect",
                FAIL,
                "Extension pageinspect of the source can only be created by a superuser, which account t_migrator at the"
                        + " destination is not.",
                "CREATE SCHEMA IF NOT EXISTS \"public\"; CREATE EXTENSION \"pageinspect\" SCHEMA \"public\"; -- at the"
                        + " destination, as a superuser");

        servers.atDestination(item.remedy());
        servers.assertPasses("extension-rights");
    }

    @Test
    void whatBelongsToAnExtensionNeedsNoOwner() throws SQLException {
        servers.atSource("CREATE EXTENSION hstore SCHEMA public");

        assertThat(servers.of("roles")).allMatch(item -> item.result() == PrecheckItem.Result.PASS);
        servers.assertPasses("owner-rights");
    }

    @Test
    void warnsOfWhatOnlyASuperuserMakes() throws SQLException {
        servers.atSource("""
                CREATE FUNCTION public.seen() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
                CREATE EVENT TRIGGER t_seen ON ddl_command_end EXECUTE FUNCTION public.seen()
                """);

        servers.assertFound(
                "superuser-objects",
                "event trigger t_seen",
                WARN,
                "The event trigger t_seen can only be created by a superuser, which account t_migrator at the "
                        + "destination is not: the task will stop there.",
                "Use a superuser's account at the destination; or, once the task has stopped, create it there as a superuser"
                        + " or leave it out, and: dts-sync structure skip TASK.yaml NAME");
        servers.user = "postgres";
        servers.assertPasses("superuser-objects");
    }

    @Test
    void changesAreAppliedThroughTemporaryTables() throws SQLException {
        servers.atDestination("REVOKE TEMPORARY ON DATABASE " + servers.database() + " FROM PUBLIC;"
                + " GRANT CREATE ON DATABASE " + servers.database() + " TO t_migrator");

        PrecheckItem item = servers.assertFound(
                "destination-rights",
                "t_migrator",
                FAIL,
                "Account t_migrator may not create temporary tables in database " + servers.database()
                        + " at the destination, through which changes are applied.",
                "GRANT TEMPORARY ON DATABASE \"" + servers.database() + "\" TO \"t_migrator\";");

        servers.atDestination(item.remedy());
        servers.assertPasses("destination-rights");
    }
}
