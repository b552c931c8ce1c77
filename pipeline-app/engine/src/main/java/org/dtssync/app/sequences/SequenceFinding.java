package org.dtssync.app.sequences;

/**
 * What is wrong with a sequence.
 *
 * @param sequence its name
 * @param blocking whether applications could draw wrong numbers after a switch
 * @param message one sentence that names the sequence and what was found
 * @param remedy what to do about it, if possible SQL to paste
 * @param server where the SQL of the remedy is to be run; empty if it has none
 * @param sql this SQL alone; empty if the remedy has none
 */
public record SequenceFinding(
        String sequence, boolean blocking, String message, String remedy, String server, String sql) {

    /** A finding that no SQL solves, or none that is known apart from the remedy. */
    public SequenceFinding(String sequence, boolean blocking, String message, String remedy) {
        this(sequence, blocking, message, remedy, "", "");
    }

    /** Returns message and remedy as they are shown in one line. */
    public String sentence() {
        return remedy.isEmpty() ? message : message + " " + remedy;
    }
}
