package org.dtssync.app.replay;

import org.dtssync.schemas.Cut.CutPartition;

/**
 * Where a proof fails.
 *
 * @param topic the topic
 * @param offset offset of the record, or where it is missing
 * @param cut number of the cut
 * @param what a phrase that says what is wrong there
 */
public record ProofFault(String topic, long offset, long cut, String what) {

    static ProofFault at(CutPartition part, long offset, long cut, String what) {
        return new ProofFault(part.topic(), offset, cut, what);
    }
}
