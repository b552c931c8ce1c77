package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.WARN;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is said where the two servers do not go together. */
class PrecheckServerPairTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @Test
    void refusesAnEncodingThatCannotHoldEveryText() throws SQLException {
        servers.remakeDestination("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");

        PrecheckItem item = servers.assertFound(
                "encoding",
                "destination",
                FAIL,
                "Database " + servers.database()
                        + " at the destination has the encoding LATIN1, which cannot hold every text"
                        + " of the source's UTF8.",
                "CREATE DATABASE \"" + servers.database() + "\" ENCODING 'UTF8' TEMPLATE template0;");

        assertThat(item.remedy()).contains("ENCODING 'UTF8'");
        servers.remakeDestination("ENCODING 'UTF8'");
        servers.assertPasses("encoding");
    }

    @Test
    void refusesASourceWithoutAnEncoding() throws SQLException {
        servers.remakeSource("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");

        servers.assertFound(
                "encoding",
                "source",
                FAIL,
                "Database " + servers.database() + " at the source has the encoding SQL_ASCII: its text can be in any"
                        + " encoding, and cannot be migrated exactly.",
                "Convert the source to UTF8 first: dump it, repair the texts, restore it into a UTF8 database.");
    }

    @Test
    void warnsWhereTextsSortDifferently() throws SQLException {
        servers.remakeSource("LC_COLLATE 'C' LC_CTYPE 'C'");
        servers.remakeDestination("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'");

        PrecheckItem item = servers.assertFound(
                "collation",
                "collations",
                WARN,
                "The source sorts by C (libc, LC_CTYPE C), the destination by C.UTF-8 (builtin, LC_CTYPE C): "
                        + "the rows are the same, but ORDER BY on text may return another order.",
                "CREATE DATABASE \"" + servers.database() + "\" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C';");

        servers.remakeDestination(item.remedy().replaceAll(".*template0 |;", ""));
        servers.assertPasses("collation");
    }

    @Test
    void warnsOfClocksThatDiffer() {
        Findings findings = new Findings("clock", Stage.LOAD);

        ServerChecks.compareClock("source", Duration.ofMillis(-6_200), findings);
        ServerChecks.compareClock("destination", Duration.ofSeconds(5), findings);

        assertThat(findings.items())
                .map(Finding::of)
                .containsExactly(new Finding(
                        "clock",
                        "source",
                        WARN,
                        "The clock of the source is 6 s behind this machine's: lags will be off by that much.",
                        "Synchronize the clocks, for example: systemctl enable --now systemd-timesyncd"));
    }

    @Test
    void warnsWhereTheLockTableIsSmall() {
        Findings findings = new Findings("table-count", Stage.LOAD);

        ServerChecks.compareLocks(Advice.Place.DESTINATION, 50_000, 6_400, findings);

        assertThat(findings.items())
                .map(Finding::of)
                .containsExactly(new Finding(
                        "table-count",
                        "destination",
                        WARN,
                        "The lock table of the destination holds 6400 locks, and 50000 tables are selected: a statement that locks"
                                + " many of them may run out of locks.",
                        "ALTER SYSTEM SET max_locks_per_transaction = 1024; -- at the destination, then restart it"));
    }

    @Test
    void namesTablespacesThatAreMissing() throws SQLException {
        try (Statement statement = servers.sourceSession().createStatement()) {
            statement.execute("SET allow_in_place_tablespaces = on");
            statement.execute("CREATE TABLESPACE fast LOCATION ''");
            try {
                statement.execute("CREATE TABLE t (id int PRIMARY KEY USING INDEX TABLESPACE fast)");

                List<PrecheckItem> found = servers.of("tablespaces");

                assertThat(found)
                        .map(Finding::of)
                        .containsExactly(new Finding(
                                "tablespaces",
                                "fast",
                                WARN,
                                "Tablespace fast, which selected tables or their indexes use at the source, does not exist"
                                        + " at the destination.",
                                "CREATE TABLESPACE \"fast\" LOCATION '/path/on/the/server'; -- at the destination"));
            } finally {
                statement.execute("DROP TABLE t");
                statement.execute("DROP TABLESPACE fast");
            }
        }
    }
}
