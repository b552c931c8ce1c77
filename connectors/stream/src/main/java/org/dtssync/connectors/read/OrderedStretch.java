package org.dtssync.connectors.read;

import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/** The changes of one table in one cut, of which the next can be compared with those of other tables. Not thread-safe. */
final class OrderedStretch implements Comparable<OrderedStretch> {

    private final StreamReader.Stretch stretch;
    private final ChangeReader.Range range;
    private final CommitPositions commits;
    private final Lsn end;
    private @Nullable ConsumerRecord<byte[], byte[]> record;
    private Lsn commit = Lsn.ZERO;
    private long number;

    OrderedStretch(StreamReader.Stretch stretch, ChangeReader.Range range, CommitPositions commits, Lsn end) {
        this.stretch = stretch;
        this.range = range;
        this.commits = commits;
        this.end = end;
    }

    /** Advances to the next change; returns whether there is one. */
    boolean advance() {
        record = range.next();
        if (record == null) {
            return false;
        }
        commit = commits.of(record, end);
        number = ChangeDecoder.number(record);
        return true;
    }

    StreamReader.Stretch stretch() {
        return stretch;
    }

    ConsumerRecord<byte[], byte[]> record() {
        return Objects.requireNonNull(record, "There is one until advance() returns false.");
    }

    Lsn commit() {
        return commit;
    }

    ReceivedChange change() {
        return new ReceivedChange(record(), commit, stretch.decoder());
    }

    /** In the order in which the changes were made. */
    @Override
    public int compareTo(OrderedStretch other) {
        int order = commit.compareTo(other.commit);
        return order == 0 ? Long.compare(number, other.number) : order;
    }
}
