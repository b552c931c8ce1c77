package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Queries ask for all tables at once: very many of them must not take very long. */
class PrecheckManyTablesTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @Test
    void looksAtThousandsOfTablesWithoutAskingForEach() throws SQLException {
        for (int batch = 0; batch < 6; batch++) {
            servers.atSource("DO $$ BEGIN FOR n IN " + batch * 500 + ".." + (batch * 500 + 499)
                    + " LOOP EXECUTE format('CREATE TABLE t%s (id int)', n); END LOOP; END $$");
        }
        Instant start = Instant.now();

        List<PrecheckItem> items = servers.precheck();

        // A question a table and check would be well over a hundred thousand of them.
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(60));
        assertThat(items)
                .filteredOn(item -> item.id().equals("replica-identity"))
                .singleElement()
                .satisfies(item -> assertThat(item.objects()).hasSize(3000));
    }
}
