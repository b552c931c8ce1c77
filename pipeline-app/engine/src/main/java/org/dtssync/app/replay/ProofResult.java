package org.dtssync.app.replay;

import java.time.Instant;
import java.util.Optional;

/**
 * What a proof found.
 *
 * @param task the task's name
 * @param verdict the result
 * @param begin the first cut that was proven; empty if there is none
 * @param end the last cut that was proven; empty if there is none
 * @param cuts how many cuts were proven
 * @param records how many records of tables were proven
 * @param repeated how many cuts were left out because a later one with the same number replaces them
 * @param earlier how many cuts precede the first one with a digest
 * @param firstFault what is wrong first; of an incomplete history what is missing first
 * @param wholeFrom LSN behind what is missing; empty if nothing is, or if nothing follows
 * @param provenAt when it was found
 * @param build version of the program that found it
 */
public record ProofResult(
        String task,
        Verdict verdict,
        Optional<ProvenCut> begin,
        Optional<ProvenCut> end,
        long cuts,
        long records,
        long repeated,
        long earlier,
        Optional<ProofFault> firstFault,
        Optional<String> wholeFrom,
        Instant provenAt,
        String build) {

    /** What a proof can find. */
    public enum Verdict {
        /** All records are there and are as they were written. */
        INTACT("intact"),
        /** A record was altered, lost, inserted or moved. */
        ALTERED("altered"),
        /** What is there is as it was written, but records were deleted, or were never digested. */
        INCOMPLETE("incomplete");

        private final String label;

        Verdict(String label) {
            this.label = label;
        }

        /** Returns the word for it in reports. */
        public String label() {
            return label;
        }
    }

    /**
     * A cut that was proven.
     *
     * @param sequence its number
     * @param lsn where it ends
     * @param commitTimeMicros when its last transaction committed, microseconds since 1970 UTC; empty in cut 0
     * @param digest its digest
     */
    public record ProvenCut(long sequence, String lsn, Optional<Long> commitTimeMicros, String digest) {}
}
