package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.PASS;
import static org.dtssync.app.precheck.PrecheckItem.Result.WARN;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is said of the source server, its sessions and what is left there. */
class PrecheckSourceTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @Test
    void namesSessionsThatHoldUpASlot() throws SQLException {
        servers.atSource("CREATE TABLE t (id int PRIMARY KEY, secret text)");
        servers.suspiciousAge = Duration.ZERO;
        Connection session = servers.sourceSession();
        long pid;
        try (Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            try (var rows = statement.executeQuery("SELECT pg_backend_pid()")) {
                rows.next();
                pid = rows.getLong(1);
            }
            statement.execute("INSERT INTO t VALUES (1, 'secret value')");

            List<PrecheckItem> found = servers.of("long-transactions");

            assertThat(found).hasSize(1);
            assertThat(found.get(0).object()).isEqualTo("pid " + pid);
            assertThat(found.get(0).result()).isEqualTo(WARN);
            assertThat(found.get(0).message())
                    .matches("Session " + pid + " in database " + servers.database()
                            + " has had a writing transaction open for \\d+ s \\(INSERT INTO t VALUES \\( \\.\\.\\.\\):"
                            + " a replication slot can only be created once it ends\\.");
            assertThat(found.get(0).remedy())
                    .isEqualTo("SELECT pg_terminate_backend(" + pid + "); -- at the source, or let it finish");

            session.rollback();
            servers.assertPasses("long-transactions");
        }
    }

    @Test
    void showsOfAQueryOnlyWhatIsBeforeItsFirstValue() {
        assertThat(SourceChecks.shown("UPDATE  users\nSET password = 'x'"))
                .isEqualTo("UPDATE users SET password = ...");
        assertThat(SourceChecks.shown("SELECT $body$secret$body$")).isEqualTo("SELECT ...");
        assertThat(SourceChecks.shown("/* token */ SELECT")).isEqualTo("...");
        assertThat(SourceChecks.shown("COMMIT")).isEqualTo("COMMIT");
    }

    @Test
    void refusesPreparedTransactions() throws SQLException {
        servers.atSource("CREATE TABLE t (id int PRIMARY KEY)");
        try (Statement statement = servers.sourceSession().createStatement()) {
            statement.execute("BEGIN");
            statement.execute("INSERT INTO t VALUES (1)");
            statement.execute("PREPARE TRANSACTION 'it''s open'");
            try {
                assertThat(servers.of("prepared-transactions")).hasSize(1).allMatch(item -> item.result() == WARN);
                servers.suspiciousAge = Duration.ZERO;
                PrecheckItem found = servers.of("prepared-transactions").get(0);
                assertThat(found.result()).isEqualTo(FAIL);
                assertThat(found.message())
                        .matches("Transaction it's open in database " + servers.database()
                                + " has been prepared for \\d+ s: a replication slot can only be created once it"
                                + " ends\\.");
                assertThat(found.remedy())
                        .isEqualTo("ROLLBACK PREPARED 'it''s open'; -- in that database, or COMMIT PREPARED");
            } finally {
                statement.execute("ROLLBACK PREPARED 'it''s open'");
            }
        }
        servers.assertPasses("prepared-transactions");
    }

    @Test
    void warnsWhereTheServerMayDropTheSlot() throws SQLException {
        servers.atSource("ALTER SYSTEM SET max_slot_wal_keep_size = '2GB'");
        servers.atSource("SELECT pg_reload_conf()");
        try {
            org.awaitility.Awaitility.await()
                    .untilAsserted(() -> servers.assertFound(
                            "wal-kept",
                            "source",
                            WARN,
                            "max_slot_wal_keep_size at the source is 2.0 GB: if more WAL than that waits to be captured, "
                                    + "the slot is lost and the task must start over.",
                            "ALTER SYSTEM SET max_slot_wal_keep_size = -1; SELECT pg_reload_conf(); -- at the source"));
        } finally {
            servers.atSource("ALTER SYSTEM RESET max_slot_wal_keep_size");
            servers.atSource("SELECT pg_reload_conf()");
        }
        org.awaitility.Awaitility.await().untilAsserted(() -> servers.assertPasses("wal-kept"));
    }

    @Test
    void refusesASourceWithoutAFreeSlot() throws SQLException {
        for (int i = 0; i < 20; i++) {
            servers.atSource("SELECT pg_create_physical_replication_slot('taken_" + i + "')");
        }
        try {
            servers.assertFound(
                    "replication-slots",
                    "source",
                    FAIL,
                    "The source has no free replication slot: 20 of 20 are in use.",
                    "ALTER SYSTEM SET max_replication_slots = 24; -- at the source, then restart it");
        } finally {
            servers.atSource("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        }
        servers.assertPasses("replication-slots");
    }

    @Test
    void refusesASourceWithoutLogicalDecoding() {
        // The destination's server has the default setting.
        servers.reverse = true;

        servers.assertFound(
                "wal-level",
                "source",
                FAIL,
                "wal_level at the source is replica; logical decoding needs logical.",
                "ALTER SYSTEM SET wal_level = 'logical'; -- at the source, then restart it");
        servers.assertFound(
                "wal-senders",
                "source",
                FAIL,
                "The source has no free WAL sender: 0 of 0 are in use.",
                "ALTER SYSTEM SET max_wal_senders = 4; -- at the source, then restart it");
        servers.assertFound(
                "version",
                "destination",
                FAIL,
                "The destination is PostgreSQL 14, older than the source, which is 17.",
                "Use a destination of PostgreSQL 17 or newer.");
    }

    @Test
    void refusesTheSameDatabaseAtBothEnds() {
        servers.same = true;

        servers.assertFound(
                "same-database",
                "destination",
                FAIL,
                "source.url and destination.url are the same database on the same server.",
                "Correct destination.url in the task file.");
    }

    @Test
    void refusesWhatAnotherTaskOfThisNameLeft() throws SQLException {
        servers.atSource("CREATE PUBLICATION dts_sync_shop");
        servers.atSource("SELECT pg_create_logical_replication_slot('dts_sync_shop', 'pgoutput')");
        try {
            assertThat(servers.of("leftovers"))
                    .map(Finding::of)
                    .containsExactly(
                            new Finding(
                                    "leftovers",
                                    "dts_sync_shop",
                                    FAIL,
                                    "Replication slot dts_sync_shop exists at the source, but the destination has no task"
                                            + " shop.",
                                    "Run dts-sync release with this task file, or at the source: SELECT"
                                            + " pg_drop_replication_slot('dts_sync_shop');"),
                            new Finding(
                                    "leftovers",
                                    "dts_sync_shop",
                                    FAIL,
                                    "Publication dts_sync_shop exists at the source, but the destination has no task shop.",
                                    "Run dts-sync release with this task file, or at the source: DROP PUBLICATION"
                                            + " \"dts_sync_shop\";"));
        } finally {
            servers.atSource("SELECT pg_drop_replication_slot('dts_sync_shop')");
            servers.atSource("DROP PUBLICATION dts_sync_shop");
        }
        servers.assertPasses("leftovers");
    }

    @Test
    void knowsATaskThatHasBegun() throws SQLException {
        servers.atSource("CREATE TABLE t (id int PRIMARY KEY)");
        servers.atDestination("CREATE TABLE t (id int PRIMARY KEY)");
        servers.atDestination(
                org.dtssync.schemas.StateMigrations.STATE.after(0).get(0).sql());
        servers.atDestination("INSERT INTO dts_sync.task (task, phase) VALUES ('shop', 'precheck')");
        assertThat(servers.of("existing-objects"))
                .as("a precheck that was begun makes nothing")
                .extracting(PrecheckItem::result)
                .containsExactly(FAIL);
        servers.atDestination("UPDATE dts_sync.task SET phase = 'prepare'");

        servers.assertFound("leftovers", "task shop", PASS, "Task shop has begun and is in phase prepare.", "");
        servers.assertPasses("existing-objects");

        servers.atDestination("UPDATE dts_sync.task SET phase = 'snapshot', source_system_identifier = '17'");
        assertThat(servers.of("leftovers"))
                .extracting(PrecheckItem::message)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith(
                                        "Task shop was started with another source server: that one had system identifier"
                                                + " 17, this one has "),
                        second -> assertThat(second)
                                .isEqualTo(
                                        "Task shop is in phase snapshot, but its replication slot dts_sync_shop no longer exists at the "
                                                + "source: changes may be lost."));
    }
}
