package org.dtssync.app.stream;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.dtssync.app.sequences.Position;
import org.dtssync.app.sequences.Sequence;
import org.dtssync.connectors.postgres.TableName;

/**
 * How far a sequence is set ahead of the one that it follows: by as much as that one handed out within the last minutes, and at
 * least by a thousand steps, but never by more than half of what is left of its range. Not thread-safe.
 */
final class SequenceLead {

    private static final long FEWEST_STEPS = 1_000;
    private static final long WINDOW_NANOS = Duration.ofMinutes(5).toNanos();

    /** Where a sequence was at a moment. */
    private record Seen(long nanos, long last) {}

    private final Map<TableName, Deque<Seen>> history = new HashMap<>();

    /**
     * Returns where to set the sequence that follows.
     *
     * @param definition how both count
     * @param followed where the followed one is
     * @param nanos now, as {@link System#nanoTime}
     */
    Position target(TableName name, Sequence.Definition definition, Position followed, long nanos) {
        Deque<Seen> seen = history.computeIfAbsent(name, key -> new ArrayDeque<>());
        while (!seen.isEmpty() && nanos - seen.peekFirst().nanos() > WINDOW_NANOS) {
            seen.removeFirst();
        }
        seen.addLast(new Seen(nanos, followed.last()));
        long handedOut = steps(seen.peekFirst().last(), followed.last(), definition.increment());
        long left = steps(
                followed.last(),
                definition.descends() ? definition.least() : definition.most(),
                definition.increment());
        long ahead = Math.min(Math.max(FEWEST_STEPS, handedOut), left / 2);
        return ahead == 0 ? followed : new Position(followed.last() + ahead * definition.increment(), true);
    }

    /** The steps from one value to another; 0 if it lies behind. The range of a bigint is larger than one. */
    private static long steps(long from, long to, long increment) {
        BigInteger steps =
                BigInteger.valueOf(to).subtract(BigInteger.valueOf(from)).divide(BigInteger.valueOf(increment));
        return steps.signum() < 0
                ? 0
                : steps.min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
    }
}
