package org.dtssync.connectors.read;

/** What a stream is read for, which determines what can be done where a part of it is lost. */
public enum ReadPurpose {
    /** The changes are written to the destination, which can be filled again. */
    APPLY,
    /** The changes are the history itself. */
    REPLAY
}
