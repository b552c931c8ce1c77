package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A check finds something exactly where what the task does then fails: each case is made, the check is asked, and the account does what
 * a run would do.
 */
class NoFindingWithoutNeedTest {

    private static final String ROLES = "CREATE ROLE t_owner; CREATE ROLE t_migrator LOGIN";
    private static final String TABLE =
            "CREATE TABLE public.orders (id int PRIMARY KEY, note text); ALTER TABLE public.orders OWNER TO t_owner;";

    /** At the destination, as it is once the load is done. */
    private static final String LOADED = "GRANT CREATE ON SCHEMA public TO t_owner, t_migrator;" + TABLE;

    private static final String SECURED = "ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;";
    private static final String FORCED = SECURED + "ALTER TABLE public.orders FORCE ROW LEVEL SECURITY;";
    private static final String WRITE = "SET row_security = off; INSERT INTO public.orders VALUES (1)";
    private static final String READ = "SET row_security = off; COPY public.orders TO STDOUT";
    private static final String PUBLISH = "CREATE PUBLICATION p FOR TABLE public.orders";
    private static final String MEMBER = "GRANT t_owner TO t_migrator;";

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    /**
     * A state of both databases.
     *
     * @param check the check that is asked
     * @param found whether it finds something
     * @param source what is made at the source
     * @param before what is made at the destination before the check
     * @param after what the load would have made there since
     * @param atSource whether the account does its work at the source
     * @param work what it does
     */
    private record State(
            String check, boolean found, String source, String before, String after, boolean atSource, String work) {

        @Override
        public String toString() {
            return check + (found ? " finds: " : " finds nothing: ") + source + before;
        }

        static State atSource(String check, boolean found, String source, String work) {
            return new State(check, found, source, "", "", true, work);
        }

        static State atDestination(
                String check, boolean found, String source, String before, String after, String work) {
            return new State(check, found, source, before, after, false, work);
        }

        /** Only a superuser makes some objects. */
        static State object(boolean found, String create) {
            return atDestination(
                    "superuser-objects", found, create, "GRANT CREATE ON SCHEMA public TO t_migrator;", "", create);
        }
    }

    static List<State> states() {
        String tableOnly = "GRANT SELECT ON public.orders TO t_migrator; GRANT CREATE ON DATABASE %s TO t_migrator;";
        return List.of(
                State.atSource("source-table-rights", true, TABLE + tableOnly, PUBLISH),
                State.atSource("source-table-rights", false, TABLE + tableOnly + MEMBER, PUBLISH),
                State.atSource("source-row-security", true, TABLE + FORCED + MEMBER, READ),
                State.atSource("source-row-security", false, TABLE + SECURED + MEMBER, READ),
                State.atSource(
                        "source-row-security",
                        false,
                        TABLE + FORCED + MEMBER + "ALTER ROLE t_migrator BYPASSRLS;",
                        READ),
                State.atDestination(
                        "destination-row-security",
                        true,
                        TABLE + SECURED,
                        "",
                        LOADED + SECURED + "GRANT INSERT ON public.orders TO t_migrator",
                        WRITE),
                State.atDestination(
                        "destination-row-security", false, TABLE + SECURED, MEMBER, LOADED + SECURED, WRITE),
                State.atDestination("destination-row-security", true, TABLE + FORCED, MEMBER, LOADED + FORCED, WRITE),
                State.atDestination(
                        "destination-row-security",
                        false,
                        TABLE + FORCED,
                        MEMBER + "ALTER ROLE t_migrator BYPASSRLS;",
                        LOADED + FORCED,
                        WRITE),
                State.atDestination("destination-rights", true, TABLE, "", "", "CREATE SCHEMA s"),
                State.atDestination(
                        "destination-rights",
                        false,
                        TABLE,
                        "GRANT CREATE ON DATABASE %s TO t_migrator; GRANT CREATE ON SCHEMA public TO t_migrator;",
                        "",
                        "CREATE SCHEMA s; CREATE TEMPORARY TABLE t (); CREATE TABLE public.t ()"),
                State.atDestination("replication-role", true, TABLE, "", "", "SET session_replication_role = replica"),
                State.atDestination(
                        "replication-role",
                        false,
                        TABLE,
                        "GRANT SET ON PARAMETER session_replication_role TO t_migrator;",
                        "",
                        "SET session_replication_role = replica"),
                State.atDestination(
                        "owner-rights",
                        true,
                        TABLE,
                        MEMBER + "GRANT CREATE ON SCHEMA public TO t_migrator;",
                        "",
                        "CREATE TABLE public.orders (); ALTER TABLE public.orders OWNER TO t_owner"),
                State.atDestination(
                        "owner-rights",
                        false,
                        TABLE,
                        MEMBER + "GRANT CREATE ON SCHEMA public TO t_migrator, t_owner;",
                        "",
                        "CREATE TABLE public.orders (); ALTER TABLE public.orders OWNER TO t_owner"),
                State.atDestination(
                        "roles",
                        true,
                        TABLE,
                        "GRANT CREATE ON SCHEMA public TO t_migrator, t_owner;",
                        "",
                        "CREATE TABLE public.orders (); ALTER TABLE public.orders OWNER TO t_owner"),
                State.atDestination(
                        "extension-rights",
                        true,
                        "CREATE EXTENSION pageinspect SCHEMA public;",
                        "GRANT CREATE ON DATABASE %s TO t_migrator; GRANT CREATE ON SCHEMA public TO t_migrator;",
                        "",
                        "CREATE EXTENSION pageinspect SCHEMA public"),
                State.atDestination(
                        "extension-rights",
                        false,
                        "CREATE EXTENSION hstore SCHEMA public;",
                        "GRANT CREATE ON DATABASE %s TO t_migrator; GRANT CREATE ON SCHEMA public TO t_migrator;",
                        "",
                        "CREATE EXTENSION hstore SCHEMA public"),
                State.object(false, "CREATE AGGREGATE public.total (int) (SFUNC = int4pl, STYPE = int)"),
                State.object(false, "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
                State.object(true, "CREATE FUNCTION public.f(int) RETURNS int LANGUAGE internal AS 'int4um'"),
                State.object(true, "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1'"),
                State.object(true, "CREATE OPERATOR FAMILY public.family USING btree"));
    }

    @ParameterizedTest
    @MethodSource("states")
    void aCheckFindsSomethingExactlyWhereTheWorkFails(State state) throws SQLException {
        servers.user = "t_migrator";
        servers.objects = new ObjectSelection(List.of("public.*"), List.of(), Owners.KEEP);
        servers.atSource(ROLES);
        servers.atDestination(ROLES);
        servers.atSource(state.source().replace("%s", servers.database()));
        if (!state.before().isEmpty()) {
            servers.atDestination(state.before().replace("%s", servers.database()));
        }

        boolean found = servers.of(state.check()).stream().anyMatch(item -> item.result() != PrecheckItem.Result.PASS);
        if (!state.after().isEmpty()) {
            servers.atDestination(state.after());
        }

        assertThat(found).as("the check").isEqualTo(state.found());
        assertThat(fails(state.atSource() ? servers.sourceSettings() : servers.destinationSettings(), state.work()))
                .as("the work fails")
                .isEqualTo(state.found());
    }

    private static boolean fails(DatabaseSettings end, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(end.url(), end.user(), "");
                Statement statement = connection.createStatement()) {
            if (sql.contains("COPY")) {
                statement.execute(sql.substring(0, sql.indexOf(';')));
                connection
                        .unwrap(org.postgresql.PGConnection.class)
                        .getCopyAPI()
                        .copyOut(sql.substring(sql.indexOf(';') + 1), new java.io.StringWriter());
            } else {
                statement.execute(sql);
            }
            return false;
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        } catch (SQLException e) {
            // Only a right may be the reason.
            if ("42501".equals(e.getSQLState()) || "55000".equals(e.getSQLState())) {
                return true;
            }
            throw e;
        }
    }
}
