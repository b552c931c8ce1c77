package org.dtssync.app.sequences;

/**
 * Where a sequence is.
 *
 * @param last the last value
 * @param called whether it has been handed out; if not, it is the next one
 */
public record Position(long last, boolean called) {

    /**
     * Returns whether this sequence has handed out values that another one would hand out again. One that cycles is never
     * ahead.
     *
     * @param definition how this one counts
     * @param other where the other one is
     * @param others how that one counts
     */
    public boolean isPast(Sequence.Definition definition, Position other, Sequence.Definition others) {
        boolean comparable = !definition.cycles()
                && !others.cycles()
                && definition.descends() == others.descends()
                && others.spans(last);
        if (!comparable || last == other.last) {
            return comparable && called && !other.called;
        }
        return definition.descends() ? last < other.last : last > other.last;
    }
}
