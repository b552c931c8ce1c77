package org.dtssync.app.tasks;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.state.BaseRecords.RecordedBase;

/**
 * The bases of a task, and whether topics have everything that follows each of them.
 *
 * @param bases the newest first
 * @param retentionMillis how long every topic of a table retains its records; negative forever
 * @param now the time at which they are listed
 */
public record BaseList(List<RecordedBase> bases, long retentionMillis, Instant now) implements Report {

    /** Copies the list. */
    public BaseList {
        bases = List.copyOf(bases);
    }

    /** Returns the newest base; empty if none was taken. */
    Optional<RecordedBase> newest() {
        return bases.stream().findFirst();
    }

    /** Returns until when the topics have everything that follows a base, ISO 8601; empty: forever. */
    Optional<String> reachedUntil(RecordedBase base) {
        return base.reachedUntil(retentionMillis).map(BaseList::seconds);
    }

    /** Returns how long the topics still have everything that follows the newest base, in seconds; empty: forever, or there is none. */
    public Optional<Long> secondsLeft() {
        return newest().flatMap(base -> base.reachedUntil(retentionMillis))
                .map(until -> now.until(until, ChronoUnit.SECONDS));
    }

    /** Returns whether topics have everything that follows a base. */
    boolean isReached(RecordedBase base) {
        return base.reachedUntil(retentionMillis).map(now::isBefore).orElse(true);
    }

    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Returns the newest base in one line. */
    String line() {
        return newest().map(this::line).orElse("none");
    }

    private String line(RecordedBase base) {
        String reach = reachedUntil(base)
                .map(until -> isReached(base)
                        ? "the topics have what follows until " + until
                        : "the topics do not have what follows since " + until + ": take another one")
                .orElse("the topics have what follows");
        return "cut " + base.cut() + " at " + base.lsn() + ", committed " + seconds(base.asOf()) + ", in "
                + base.place() + "; " + reach;
    }

    @Override
    public String text() {
        if (bases.isEmpty()) {
            return "No base was taken. Take one: dts-sync base TASK.yaml --to DIR";
        }
        return String.join("\n", bases.stream().map(this::line).toList());
    }

    @Override
    public String json() {
        return StateReports.bases(this);
    }
}
