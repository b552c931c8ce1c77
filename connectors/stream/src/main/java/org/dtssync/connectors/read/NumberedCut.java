package org.dtssync.connectors.read;

import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;

/**
 * A cut as it lies in its topic. All changes up to here are the source as it was at one moment.
 *
 * @param cut the cut
 * @param offset its offset
 * @param overlaps whether some of its changes may belong to cuts that were read before
 */
public record NumberedCut(Cut cut, long offset, boolean overlaps) {

    /** Returns where the cut ends in the source's log. */
    public Lsn end() {
        return new Lsn(cut.lsn());
    }

    /** Returns the place behind this cut, from which reading can resume. */
    public CutPosition position() {
        return new CutPosition(end(), offset);
    }
}
