package org.dtssync.app.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.dtssync.connectors.postgres.Lsn;
import org.junit.jupiter.api.Test;

/** Heartbeats are shared, and never one that was begun before the reading it is to settle. */
class SharedSettlingTest {

    @Test
    void thoseWhoComeDuringAHeartbeatShareTheNext() throws Exception {
        AtomicInteger written = new AtomicInteger();
        CountDownLatch firstBegun = new CountDownLatch(1);
        Semaphore applied = new Semaphore(0);
        SharedSettling settling = new SharedSettling(() -> {
            int number = written.incrementAndGet();
            firstBegun.countDown();
            applied.acquire();
            return new Lsn(number);
        });
        List<Lsn> seen = new ArrayList<>();
        Thread first = waiter(settling, seen);
        firstBegun.await();
        List<Thread> others = List.of(waiter(settling, seen), waiter(settling, seen), waiter(settling, seen));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> others.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));

        applied.release(2);

        first.join();
        for (Thread other : others) {
            other.join();
        }
        assertThat(written).hasValue(2);
        assertThat(seen).contains(new Lsn(1)).filteredOn(new Lsn(2)::equals).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void afterAFailureTheNextTriesForItself() throws Exception {
        AtomicInteger written = new AtomicInteger();
        SharedSettling settling = new SharedSettling(() -> {
            if (written.incrementAndGet() == 1) {
                throw new IllegalStateException("the first fails");
            }
            return new Lsn(7);
        });

        try {
            settling.await();
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("the first fails");
        }

        assertThat(settling.await()).isEqualTo(new Lsn(7));
        assertThat(written).hasValue(2);
    }

    private static Thread waiter(SharedSettling settling, List<Lsn> seen) {
        Thread thread = new Thread(() -> {
            try {
                Lsn lsn = settling.await();
                synchronized (seen) {
                    seen.add(lsn);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        return thread;
    }
}
