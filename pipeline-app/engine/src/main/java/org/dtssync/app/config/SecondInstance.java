package org.dtssync.app.config;

/** Key {@code second.instance}: what a second instance of a task does while the first is alive. */
public enum SecondInstance {
    /** Ends with an error. */
    REFUSE,
    /** Waits, and takes over when the first one dies or freezes. */
    STANDBY
}
