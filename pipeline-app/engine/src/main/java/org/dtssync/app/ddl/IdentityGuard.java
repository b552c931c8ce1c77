package org.dtssync.app.ddl;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import org.dtssync.connectors.postgres.EventTriggers;
import org.dtssync.connectors.postgres.Identifiers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Event triggers at a source that keep the application writing. PostgreSQL refuses UPDATE and DELETE on a published table
 * that has no usable replica identity: a partition that is created under a published table or attached to it may have none,
 * and a table can lose its key. The triggers give such a table an identity in the transaction of the command, before another
 * session can write to it.
 *
 * <p>One set serves every task that reads the database. Stateless.
 */
public final class IdentityGuard {

    private static final Logger LOG = LoggerFactory.getLogger(IdentityGuard.class);

    /** Changes with the texts below: an older guard is replaced. */
    private static final String VERSION = "dts-sync: replica identities, version 1";

    /** What removes the triggers and their function by hand. */
    public static final String REMOVAL = "DROP FUNCTION dts_sync.on_identity_change() CASCADE;";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtext('dts_sync_identities'))";

    /**
     * What the triggers decide. The choice is the index that the root of a partition tree names, then the primary key, and otherwise
     * the whole row. An identity that this gave is taken back when a primary key follows in the same transaction. From version 18
     * on a whole row with generated columns is refused as well; such a table leaves the publications of dts-sync, whose tasks
     * then stop. Nothing that fails inside fails the command.
     */
    private static final String DECISION = """
            DECLARE
                event text := @EVENT@;
                changed oid[];
                unindexed boolean := false;
                given text := coalesce(current_setting('dts_sync.given_identities', true), '');
                refuses boolean := current_setting('server_version_num')::int >= 180000;
                leaf record;
                action text;
            BEGIN
                IF event = 'sql_drop' THEN
                    -- A dropped index does not say whose it was.
                    SELECT array_agg(DISTINCT coalesce(pg_partition_root(c.oid)::oid, c.oid)), bool_or(d.object_type = 'index')
                    INTO changed, unindexed
                    FROM pg_event_trigger_dropped_objects() d
                    LEFT JOIN pg_namespace n ON n.nspname = d.address_names[1]
                    LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.address_names[2]
                         AND c.relkind IN ('r', 'p') AND d.object_type <> 'index'
                    WHERE d.object_type IN ('table constraint', 'table column', 'index') AND NOT d.is_temporary;
                    IF changed IS NULL THEN
                        RETURN;
                    END IF;
                ELSIF event = 'ddl_command_end' THEN
                    SELECT array_agg(DISTINCT coalesce(pg_partition_root(c.oid)::oid, c.oid)) INTO changed
                    FROM pg_event_trigger_ddl_commands() d
                    JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
                    WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p';
                    IF changed IS NULL THEN
                        RETURN;
                    END IF;
                END IF;
                FOR leaf IN
                    WITH RECURSIVE published AS (
                        SELECT r.prrelid AS relation, r.prrelid AS root
                        FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
                        WHERE left(p.pubname, 9) = 'dts_sync_' AND (changed IS NULL OR unindexed OR r.prrelid = ANY (changed))
                        UNION
                        SELECT i.inhrelid, t.root FROM published t
                        JOIN pg_class c ON c.oid = t.relation AND c.relkind = 'p'
                        JOIN pg_inherits i ON i.inhparent = c.oid
                    )
                    SELECT c.oid, c.oid::regclass AS name, root.oid::regclass AS root, c.relreplident AS identity,
                           k.keyed AND (c.oid = root.oid OR root.relreplident <> 'f') AS keyed, g.generated,
                           CASE WHEN c.oid <> root.oid AND root.relreplident = 'i' THEN (
                               SELECT quote_ident(n.relname)
                               FROM pg_index x JOIN pg_class n ON n.oid = x.indexrelid
                               WHERE x.indrelid = c.oid AND x.indisvalid AND x.indimmediate AND EXISTS (
                                   SELECT FROM pg_partition_ancestors(x.indexrelid) a
                                   JOIN pg_index y ON y.indexrelid = a.relid
                                   WHERE y.indrelid = root.oid AND y.indisreplident)) END AS chosen,
                           CASE c.relreplident
                               WHEN 'f' THEN NOT (refuses AND g.generated)
                               WHEN 'd' THEN k.keyed
                               WHEN 'i' THEN EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid
                                                     AND x.indisreplident AND x.indimmediate AND x.indisvalid)
                               ELSE false END AS usable
                    FROM (SELECT DISTINCT relation, root FROM published) t
                    JOIN pg_class c ON c.oid = t.relation AND c.relkind = 'r' AND c.relpersistence = 'p'
                         AND (changed IS NULL OR t.root = ANY (changed) OR c.relreplident = 'i')
                    JOIN pg_class root ON root.oid = t.root
                    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid
                        AND x.indisprimary AND x.indimmediate AND x.indisvalid) AS keyed) k
                    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                        AND a.attgenerated <> '' AND NOT a.attisdropped) AS generated) g
                LOOP
                    action := CASE
                        WHEN leaf.usable AND leaf.identity = 'f' AND leaf.keyed
                             AND strpos(given, ' ' || leaf.oid || ' ') > 0 THEN 'DEFAULT'
                        WHEN leaf.usable THEN NULL
                        WHEN leaf.chosen IS NOT NULL THEN 'USING INDEX ' || leaf.chosen
                        WHEN leaf.keyed THEN 'DEFAULT'
                        WHEN refuses AND leaf.generated THEN 'none'
                        ELSE 'FULL' END;
                    BEGIN
                        IF action = 'none' THEN
                            FOR action IN
                                SELECT format('ALTER PUBLICATION %I DROP TABLE %s', p.pubname, leaf.root)
                                FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
                                WHERE r.prrelid = leaf.root AND left(p.pubname, 9) = 'dts_sync_'
                            LOOP
                                EXECUTE action;
                            END LOOP;
                        ELSIF action IS NOT NULL THEN
                            EXECUTE format('ALTER TABLE ONLY %s REPLICA IDENTITY %s', leaf.name, action);
                            IF action = 'FULL' THEN
                                given := given || ' ' || leaf.oid || ' ';
                                PERFORM set_config('dts_sync.given_identities', given, true);
                            END IF;
                        END IF;
                    EXCEPTION WHEN OTHERS THEN
                        RAISE WARNING 'dts-sync could not keep the replica identity of %: %', leaf.name, sqlerrm;
                    END;
                END LOOP;
            EXCEPTION WHEN OTHERS THEN
                RAISE WARNING 'dts-sync could not keep the replica identities of published tables: %', sqlerrm;
            END $guard$;
            """;

    /**
     * One function that calls no other, since names in schema dts_sync belong to the account, and this may run as a superuser. It
     * fires under the search path and settings of the session that changes the structure. Every account may make the settings it has: one that
     * is refused would refuse the command. No session waits longer for a lock than said here.
     */
    private static final String FUNCTION = """
            DROP FUNCTION IF EXISTS dts_sync.on_identity_change() CASCADE;
            CREATE FUNCTION dts_sync.on_identity_change() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on SET lock_timeout = '300ms' SET jit = off
            SET plpgsql.extra_errors = 'none' SET plpgsql.extra_warnings = 'none' AS $guard$
            """ + DECISION.replace("@EVENT@", "tg_event");

    private static final String TRIGGER_STATEMENTS = """
            REVOKE ALL ON FUNCTION dts_sync.on_identity_change() FROM PUBLIC;
            CREATE EVENT TRIGGER "!dts_sync_identity_end" ON ddl_command_end
                WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'CREATE SCHEMA') EXECUTE FUNCTION dts_sync.on_identity_change();
            CREATE EVENT TRIGGER "!dts_sync_identity_drop" ON sql_drop EXECUTE FUNCTION dts_sync.on_identity_change();
            ALTER EVENT TRIGGER "!dts_sync_identity_end" ENABLE ALWAYS;
            ALTER EVENT TRIGGER "!dts_sync_identity_drop" ENABLE ALWAYS;
            COMMENT ON FUNCTION dts_sync.on_identity_change() IS '%s';
            """.formatted(VERSION);

    private IdentityGuard() {}

    /**
     * Returns what a superuser runs once in the source, each text with its semicolon, if the account may not make event triggers.
     *
     * @param account the account of the task, which owns the schema and can remove everything in it
     */
    public static List<String> statements(String account) {
        return List.of(
                "CREATE SCHEMA IF NOT EXISTS dts_sync AUTHORIZATION " + Identifiers.quote(account) + ";",
                FUNCTION + TRIGGER_STATEMENTS.strip());
    }

    /** Returns whether the triggers of this version are there and fire in every session. */
    public static boolean isInstalled(Connection connection) throws SQLException {
        return yes(connection, """
                SELECT count(*) = 2 FROM pg_event_trigger t
                JOIN pg_proc p ON p.oid = t.evtfoid AND p.proname = 'on_identity_change'
                     AND p.pronamespace = to_regnamespace('dts_sync')
                WHERE t.evtname IN ('!dts_sync_identity_end', '!dts_sync_identity_drop') AND t.evtenabled = 'A'
                  AND obj_description(p.oid, 'pg_proc') = '%s'
                """.formatted(VERSION));
    }

    /** Returns whether the account may make event triggers: a superuser, or the administrator of a managed server of Amazon's. */
    public static boolean mayInstall(Connection connection) throws SQLException {
        return yes(connection, """
                SELECT rolsuper OR EXISTS (SELECT FROM pg_roles m WHERE m.rolname = 'rds_superuser'
                                           AND pg_has_role(current_user, m.oid, 'MEMBER'))
                FROM pg_roles WHERE rolname = current_user
                """);
    }

    /**
     * Installs the triggers if they are missing and the account may make them; otherwise only says so in the log, since the precheck
     * has reported it. The schema dts_sync must exist.
     *
     * @param connection to a source, in autocommit mode
     */
    public static void install(Connection connection) throws SQLException {
        if (isInstalled(connection)) {
            return;
        }
        if (!mayInstall(connection)) {
            warnOfRights();
            return;
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            EventTriggers.silence(connection);
            // Two tasks may start at once.
            statement.execute(LOCK);
            statement.execute(FUNCTION + TRIGGER_STATEMENTS);
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            // A managed server may refuse its administrators what another one allows them.
            if (!INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                throw e;
            }
            warnOfRights();
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static void warnOfRights() {
        LOG.warn(
                "The account may not make event triggers: a table that loses its key, or a new partition without one, can"
                        + " refuse the application's UPDATE and DELETE until it gets a replica identity. See dts-sync precheck.");
    }

    /**
     * Does what the triggers would have done, as far as the account has the rights to. A task calls this when it sees that the
     * structure has changed; where the triggers are installed there is nothing left to do.
     *
     * @param connection to a source, in autocommit mode
     */
    public static void repair(Connection connection) throws SQLException {
        if (isInstalled(connection)) {
            return;
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            EventTriggers.silence(connection);
            statement.execute("SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL lock_timeout = '2s'");
            statement.execute("DO $guard$ " + DECISION.replace("@EVENT@", "'watch'"));
            for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
                LOG.warn("A replica identity is missing. warning={}", warning.getMessage());
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Removes the triggers and their function once no publication of dts-sync is left in the database. */
    public static void removeIfUnused(Connection connection) throws SQLException {
        if (yes(connection, "SELECT EXISTS (SELECT FROM pg_publication WHERE left(pubname, 9) = 'dts_sync_')")
                || !yes(connection, "SELECT to_regproc('dts_sync.on_identity_change') IS NOT NULL")) {
            return;
        }
        if (!yes(connection, """
                SELECT pg_has_role(proowner, 'USAGE') OR pg_has_role(nspowner, 'USAGE')
                FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE p.oid = to_regproc('dts_sync.on_identity_change')
                """)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP FUNCTION IF EXISTS dts_sync.on_identity_change() CASCADE");
        }
    }

    private static boolean yes(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getBoolean(1);
        }
    }
}
