package org.dtssync.app.base;

import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.CutRecord;
import org.dtssync.connectors.read.CutScan;

/**
 * The cut that a base is exact at.
 *
 * @param number its number
 * @param lsn where it ends in the source's log
 * @param offset its offset in the topic of the cuts
 * @param commitTimeMicros when its last transaction committed, microseconds since 1970 UTC; empty for the first cut
 * @param digest its digest, by which the topics are recognized; empty if an earlier release wrote it
 * @param systemIdentifier the source server's
 */
public record BaseCut(
        long number,
        Lsn lsn,
        long offset,
        Optional<Long> commitTimeMicros,
        Optional<String> digest,
        String systemIdentifier) {

    /** Returns whether the topics are those that it is a cut of: others may have a cut of the same number, or at the same position. */
    public boolean isIn(CutScan cuts) {
        return cuts.at(offset)
                .filter(record -> record.offset() == offset)
                .map(CutRecord::cut)
                .filter(cut -> cut.lsn() == lsn.value()
                        && cut.sequence() == number
                        && cut.systemIdentifier().equals(systemIdentifier)
                        && digest.map(text -> cut.link() != null
                                        && text.equals(cut.link().digest()))
                                .orElse(true))
                .isPresent();
    }
}
