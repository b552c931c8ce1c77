package org.dtssync.app.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/** What can go wrong. */
enum Fault {
    /** {@code kill -9} of dts-sync, which is then started again. */
    KILL_DTS_SYNC,
    /** {@code pg_ctl stop -m immediate} of the source. */
    CRASH_SOURCE,
    /** {@code pg_ctl stop -m immediate} of the destination. */
    CRASH_DESTINATION,
    /** The broker ends, in order or by {@code kill -9}. */
    STOP_BROKER,
    /** The registry ends as by a crash. */
    STOP_REGISTRY,
    /** Nothing passes to or from the source for a while. */
    FREEZE_SOURCE,
    /** Nothing passes to or from the destination for a while. */
    FREEZE_DESTINATION,
    /** Nothing passes to or from the broker for a while. */
    FREEZE_BROKER,
    /** Nothing passes to or from the registry for a while. */
    FREEZE_REGISTRY,
    /** Every connection to the source is reset. */
    CUT_SOURCE,
    /** Every connection to the destination is reset. */
    CUT_DESTINATION,
    /** Every connection to the broker is reset. */
    CUT_BROKER,
    /** Every connection to the registry is reset. */
    CUT_REGISTRY,
    /** Every connection to the source is reset, and the source is not told. */
    LOSE_SOURCE,
    /** Every connection to the destination is reset, and the destination is not told. */
    LOSE_DESTINATION,
    /** Everything to and from the broker takes long for a while. */
    SLOW_BROKER,
    /** The disk of the destination's tables is full for a while. */
    FULL_DISK;

    /** Returns its name for people. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /**
     * Returns so many faults: each kind once in a random order, then again in another.
     *
     * @param possible the kinds to choose from
     */
    static List<Fault> sequence(int count, Set<Fault> possible, Random random) {
        List<Fault> sequence = new ArrayList<>();
        while (sequence.size() < count) {
            List<Fault> deck = new ArrayList<>(EnumSet.copyOf(possible));
            deck.sort(Comparator.naturalOrder());
            Collections.shuffle(deck, random);
            sequence.addAll(deck);
        }
        return List.copyOf(sequence.subList(0, count));
    }
}
