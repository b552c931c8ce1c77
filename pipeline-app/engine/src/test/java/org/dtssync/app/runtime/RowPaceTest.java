package org.dtssync.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RowPaceTest {

    @Test
    void keepsToItsLimit() throws InterruptedException {
        RowPace pace = new RowPace(() -> 1_000);
        Duration taken = time(() -> {
            for (int i = 0; i < 5; i++) {
                pace.took(100);
            }
        });
        assertThat(taken).isGreaterThan(Duration.ofMillis(450));
    }

    @Test
    void doesNotWaitWithoutALimit() throws InterruptedException {
        RowPace pace = new RowPace(() -> 0);
        assertThat(time(() -> pace.took(Long.MAX_VALUE / 4))).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void ignoresTimeInWhichNothingWasTaken() throws InterruptedException {
        AtomicLong limit = new AtomicLong();
        RowPace pace = new RowPace(limit::get);
        pace.took(1_000_000);
        limit.set(1_000);
        assertThat(time(() -> pace.took(500))).isGreaterThan(Duration.ofMillis(450));
    }

    @Test
    void aRaisedLimitEndsAWaitThatWouldTakeHours() throws Exception {
        AtomicLong limit = new AtomicLong(1);
        RowPace pace = new RowPace(limit::get);
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
            try {
                pace.took(100_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        limit.set(0);
        waiting.get();
        assertThat(waiting).isCompleted();
    }

    private static Duration time(Work work) throws InterruptedException {
        long began = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** What is timed. */
    private interface Work {
        void run() throws InterruptedException;
    }
}
