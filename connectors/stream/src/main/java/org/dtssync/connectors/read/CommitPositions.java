package org.dtssync.connectors.read;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.ChangeHeaders;

/** Where the transactions of records committed. Those of one transaction follow each other: its text is parsed once. Not thread-safe. */
final class CommitPositions {

    private byte[] text = {};
    private Lsn lsn = Lsn.ZERO;

    /** Pieces of a large transaction were written before its end was known; such a transaction is a cut of its own. */
    Lsn of(ConsumerRecord<byte[], byte[]> record, Lsn cutEnd) {
        Header header = record.headers().lastHeader(ChangeHeaders.COMMIT_LSN);
        if (header == null) {
            return cutEnd;
        }
        if (!Arrays.equals(header.value(), text)) {
            text = header.value();
            lsn = Lsn.parse(new String(text, StandardCharsets.US_ASCII));
        }
        return lsn;
    }
}
