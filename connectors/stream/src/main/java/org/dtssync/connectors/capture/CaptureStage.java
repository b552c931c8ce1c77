package org.dtssync.connectors.capture;

/** What capture does for each cut, one after the other. */
public enum CaptureStage {
    /** Looks up topics that are written to for the first time since the start, and creates those that are missing. */
    TOPICS,
    /** Sends the records and waits until the brokers have them. */
    RECORDS,
    /** Sends the cut and waits until the brokers have it. */
    CUT,
    /** Ends the Kafka transaction and waits for it. */
    COMMIT
}
