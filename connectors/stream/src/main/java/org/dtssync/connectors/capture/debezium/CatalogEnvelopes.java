package org.dtssync.connectors.capture.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.capture.ReadEnvelopes;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Makes envelopes of rows that are read from the source while it is captured.
 *
 * <p>Used by the thread that polls.
 *
 * @param tables describes them
 */
record CatalogEnvelopes(CatalogTables tables) implements ReadEnvelopes {

    @Override
    public OfTable of(TableName table, Connection session) throws SQLException {
        return new Made(tables.read(table, session));
    }

    /** The envelopes of one table. */
    private record Made(CatalogTables.CatalogTable table) implements OfTable {

        @Override
        public List<String> columns() {
            return table.columns();
        }

        @Override
        public Struct read(@Nullable String[] texts, Lsn lsn) {
            Instant now = Instant.now();
            return table.event(texts, table.source(lsn, now), now);
        }
    }
}
