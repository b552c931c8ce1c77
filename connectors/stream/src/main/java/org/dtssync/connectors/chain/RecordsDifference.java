package org.dtssync.connectors.chain;

import org.dtssync.schemas.Cut;

/**
 * Where records differ from what was written, as far as their marks show it.
 *
 * @param index the first record that differs, counted from 0; of a group its first one; the number of records if all that are there are
 *     as they were written
 * @param groupSize how many records share a mark: the one that differs is among so many
 * @param kind what happened there
 */
public record RecordsDifference(long index, long groupSize, Kind kind) {

    /** Marks behind a difference that are compared. */
    private static final int COMPARED = 8;

    /** What can happen to records. */
    public enum Kind {
        /** A record has other contents. */
        ALTERED,
        /** A record is not there. */
        LOST,
        /** A record is there that was not written. */
        INSERTED,
        /** A record is at another place. */
        MOVED
    }

    static RecordsDifference of(short[] found, short[] written, long groupSize, long foundCount, long writtenCount) {
        int first = 0;
        while (first < found.length && first < written.length && found[first] == written[first]) {
            first++;
        }
        long index = Math.min(first * groupSize, Math.min(foundCount, writtenCount));
        Kind kind = foundCount == writtenCount
                ? kind(found, written, first)
                : foundCount < writtenCount ? Kind.LOST : Kind.INSERTED;
        return new RecordsDifference(index, groupSize, kind);
    }

    /**
     * Where one record is missing or inserted, those behind it follow one place earlier or later. Their number can be the same: the
     * range of a cut is one of offsets, and has records of the next cut then.
     */
    private static Kind kind(short[] found, short[] written, int at) {
        if (isSame(found, at, written, at + 1, 1) && isSame(found, at + 1, written, at, 1)) {
            return Kind.MOVED;
        }
        if (isSame(found, at + 1, written, at, COMPARED)) {
            return Kind.INSERTED;
        }
        return isSame(found, at, written, at + 1, COMPARED) ? Kind.LOST : Kind.ALTERED;
    }

    private static boolean isSame(short[] found, int from, short[] written, int writtenFrom, int most) {
        int length = Math.min(most, Math.min(found.length - from, written.length - writtenFrom));
        for (int i = 0; i < length; i++) {
            if (found[from + i] != written[writtenFrom + i]) {
                return false;
            }
        }
        return length > 0;
    }

    /** Returns how many records share each mark. */
    static long groupSize(Cut.Records records) {
        long marks = records.marks().length() / 4;
        long size = 1;
        while (marks > 0 && (records.count() + size - 1) / size > marks) {
            size *= 2;
        }
        return size;
    }
}
