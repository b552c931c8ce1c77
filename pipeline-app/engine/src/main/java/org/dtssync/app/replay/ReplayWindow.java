package org.dtssync.app.replay;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.CutPosition;
import org.dtssync.connectors.read.CutRecord;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.schemas.Cut;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a task's history that is asked for, and where to read it.
 *
 * @param start the cut before it, or one shortly before that
 * @param lastOffset offset of the newest cut when the command began
 * @param lastSequence its number
 * @param from what is asked for begins here
 * @param to what is asked for ends here
 */
record ReplayWindow(CutPosition start, long lastOffset, long lastSequence, Optional<Moment> from, Optional<Moment> to) {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayWindow.class);

    /** PostgreSQL takes a transaction's time before its place in the log: later ones may have slightly earlier times. */
    private static final long DISORDER_MICROS = 60_000_000;

    /** Cut numbers can repeat; what comes before the start is left out again. */
    private static final long STEP_BACK_OFFSETS = 16;

    /**
     * Finds a part of the history without reading what comes before it.
     *
     * @throws SyncException if there is no history, or it begins later
     */
    static ReplayWindow find(CutScan cuts, Optional<Moment> from, Optional<Moment> to) {
        requireOrder(from, to);
        CutRecord first = cuts.first().orElseThrow(ReplayWindow::empty);
        CutRecord last = cuts.last().orElse(first);
        to.ifPresent(moment -> requireThere(cuts, moment, first));
        from.ifPresent(moment -> warnIfBehind(moment, last.cut()));
        CutRecord start = from.map(moment -> start(cuts, moment, first, last)).orElse(first);
        return new ReplayWindow(start.position(), last.offset(), last.cut().sequence(), from, to);
    }

    private static void requireOrder(Optional<Moment> from, Optional<Moment> to) {
        Moment begin = from.orElse(null);
        Moment end = to.orElse(null);
        boolean reversed = begin instanceof Moment.AtLsn first
                && end instanceof Moment.AtLsn last
                && !last.lsn().reached(first.lsn());
        boolean earlier = begin instanceof Moment.AtTime first
                && end instanceof Moment.AtTime last
                && last.time().isBefore(first.time());
        if (reversed || earlier) {
            throw new SyncException(FaultKind.USAGE, "--to is before --from.", "Exchange the two.");
        }
    }

    /** Nothing comes of such a range, which would look like a task in which nothing happened. */
    private static void warnIfBehind(Moment from, Cut last) {
        Lsn end = new Lsn(last.lsn());
        Long time = last.commitTimeMicros();
        boolean behind = from instanceof Moment.AtLsn at && !end.reached(at.lsn());
        boolean later = from instanceof Moment.AtTime at && time != null && time < at.micros();
        if (behind || later) {
            LOG.warn(
                    "The topics end before --from, so nothing of it is there yet. last_lsn={} last_commit={}",
                    end,
                    time == null ? "unknown" : text(time));
        }
    }

    private static SyncException empty() {
        return new SyncException(FaultKind.TOPIC, "The topics have no cut, so there is nothing to replay.", "");
    }

    private static CutRecord start(CutScan cuts, Moment moment, CutRecord first, CutRecord last) {
        if (moment instanceof Moment.Latest) {
            return last;
        }
        requireThere(cuts, moment, first);
        if (moment instanceof Moment.AtLsn at) {
            return stepBack(cuts, first, last, cuts.find(cut -> new Lsn(cut.lsn()).reached(at.lsn())));
        }
        long micros = ((Moment.AtTime) moment).micros();
        return stepBack(cuts, first, last, cuts.find(cut -> committed(cut, micros - DISORDER_MICROS)));
    }

    private static void requireThere(CutScan cuts, Moment moment, CutRecord first) {
        if (moment instanceof Moment.AtTime at) {
            requireNotBefore(cuts, at.micros());
        } else if (moment instanceof Moment.AtLsn at) {
            Lsn earliest = new Lsn(first.cut().lsn());
            if (!at.lsn().reached(earliest)) {
                throw tooEarly(at.lsn().toString(), "LSN " + earliest);
            }
        }
    }

    private static boolean committed(Cut cut, long micros) {
        Long time = cut.commitTimeMicros();
        return time != null && time >= micros;
    }

    private static CutRecord stepBack(CutScan cuts, CutRecord first, CutRecord last, Optional<CutRecord> found) {
        if (found.isEmpty()) {
            return last;
        }
        CutRecord before = cuts.at(found.get().offset() - STEP_BACK_OFFSETS).orElse(first);
        return before.offset() < found.get().offset() ? before : first;
    }

    /**
     * The first transactions of the first cut are a little older than it; a time is refused only if it is older by more than any cut
     * stays open.
     */
    private static void requireNotBefore(CutScan cuts, long micros) {
        cuts.seek(cuts.begin());
        for (CutRecord each = cuts.next(); each != null; each = cuts.next()) {
            Long time = each.cut().commitTimeMicros();
            if (time != null) {
                if (micros < time - DISORDER_MICROS) {
                    throw tooEarly(text(micros), text(time));
                }
                return;
            }
        }
    }

    private static String text(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    private static SyncException tooEarly(String asked, String earliest) {
        return new SyncException(
                FaultKind.USAGE,
                "The topics begin at " + earliest + ", after " + asked + ".",
                "Name a later moment; without --from everything that is there comes.");
    }

    /** Returns whether there is nothing to read that existed when the command began. */
    boolean isEmpty() {
        return start.offset() >= lastOffset;
    }

    /** Returns whether a cut existed when the command began. */
    boolean covers(Cut cut, long offset) {
        return offset <= lastOffset || cut.sequence() <= lastSequence;
    }

    /** Returns whether no later cut has anything that is asked for. */
    boolean endsWith(Cut cut) {
        Moment end = to.orElse(null);
        if (end instanceof Moment.AtLsn at) {
            return new Lsn(cut.lsn()).reached(at.lsn());
        }
        return end instanceof Moment.AtTime at && committed(cut, at.micros() + DISORDER_MICROS + 1);
    }

    /** Returns whether a cut, which is taken as a whole, ends where what is asked for has begun. */
    boolean beginsBefore(Cut cut) {
        Moment beginning = from.orElse(null);
        if (beginning instanceof Moment.AtLsn at) {
            return new Lsn(cut.lsn()).reached(at.lsn());
        }
        return !(beginning instanceof Moment.AtTime at) || committed(cut, at.micros());
    }

    /** Returns whether what is asked for begins at a position or before it. */
    boolean hasBegun(Lsn position) {
        return !(from.orElse(null) instanceof Moment.AtLsn at) || position.reached(at.lsn());
    }

    /** Returns whether a transaction can belong to what is asked for, by its place alone. */
    boolean mayHave(Lsn commit) {
        return hasBegun(commit)
                && (!(to.orElse(null) instanceof Moment.AtLsn at) || at.lsn().reached(commit));
    }

    /** Returns whether a transaction belongs to what is asked for, by its time alone. */
    boolean hasTime(@Nullable Long commitTimeMicros) {
        if (commitTimeMicros == null) {
            return true;
        }
        boolean begun = !(from.orElse(null) instanceof Moment.AtTime at) || commitTimeMicros >= at.micros();
        return begun && (!(to.orElse(null) instanceof Moment.AtTime at) || commitTimeMicros <= at.micros());
    }
}
