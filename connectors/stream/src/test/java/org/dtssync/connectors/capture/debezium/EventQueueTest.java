package org.dtssync.connectors.capture.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When events are handed over, and how both sides end. */
@Timeout(20)
class EventQueueTest {

    private static final SourceRecord CHANGE = record("t.public.orders");

    @Test
    void anEndHandsOverAtOnceWhatCameBeforeIt() throws InterruptedException {
        EventQueue queue = new EventQueue(100, 200, 1 << 20);
        queue.add(CHANGE, false);
        queue.add(CHANGE, true);
        long begin = System.nanoTime();

        assertThat(queue.poll()).hasSize(2);

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(90));
    }

    @Test
    void aChangeOfATableNamedTransactionEndsNothing() throws InterruptedException {
        SourceRecord change = record("t.public.transaction");
        EventQueue queue = new EventQueue(100, 200, 1 << 20);
        queue.add(change, TransactionEnds.is(change));
        long begin = System.nanoTime();

        assertThat(queue.poll()).containsExactly(change);

        assertThat(TransactionEnds.is(change)).isFalse();
        // It waited for the end of the transaction, in vain.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(90));
    }

    @Test
    void aFullQueueKeepsTheProducerWaitingUntilItIsPolledTwice() throws Exception {
        EventQueue queue = new EventQueue(1, 1, 1 << 20);
        queue.add(CHANGE, true);
        CompletableFuture<Void> second = CompletableFuture.runAsync(() -> add(queue));

        assertThat(queue.poll()).hasSize(1);
        assertThat(queue.poll()).hasSize(1);
        second.get(10, TimeUnit.SECONDS);
    }

    @Test
    void aClosedQueueEndsBothSides() throws Exception {
        EventQueue queue = new EventQueue(1, 1, 1 << 20);
        queue.add(CHANGE, false);
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> add(queue));

        queue.close();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(InterruptedException.class);
        assertThat(queue.poll()).isEmpty();
        queue.fail(new IllegalStateException("too late"));
        assertThat(queue.poll()).isEmpty();
    }

    @Test
    void theFirstFailureIsThrown() {
        EventQueue queue = new EventQueue(1, 1, 1 << 20);

        queue.fail(new IllegalStateException("first"));
        queue.fail(new IllegalStateException("second"));

        assertThatThrownBy(queue::poll).hasMessage("first");
    }

    private static void add(EventQueue queue) {
        try {
            queue.add(CHANGE, true);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SourceRecord record(String topic) {
        return new SourceRecord(Map.of(), Map.of(), topic, Schema.STRING_SCHEMA, "row");
    }
}
