package org.dtssync.app.sequences;

/**
 * What is wrong with a sequence.
 *
 * @param sequence its name
 * @param blocking whether applications could draw wrong numbers after a switch
 * @param message one sentence that names the sequence and what was found
 * @param remedy what to do about it, if possible SQL to paste
 */
public record SequenceFinding(String sequence, boolean blocking, String message, String remedy) {

    /** Returns message and remedy as they are shown in one line. */
    public String sentence() {
        return remedy.isEmpty() ? message : message + " " + remedy;
    }
}
