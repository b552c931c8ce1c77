package org.dtssync.connectors.read;

/** What a stream is read for, which determines what can be done where a part of it is lost, and how long a broker may wait for more. */
public enum ReadPurpose {
    /** The changes are written to the destination, which can be filled again. */
    APPLY,
    /** The changes are the history itself, up to where it has arrived. */
    REPLAY,
    /** The changes are the history itself, and what is added to it. */
    FOLLOW;

    /** Returns how long a broker may hold back an answer about new cuts, in milliseconds. */
    int cutsWaitMillis() {
        return this == REPLAY ? Consumers.SOON : Consumers.PATIENT;
    }

    /**
     * Returns how long a broker may hold back an answer about records of cuts, in milliseconds. A replay meets table after table that it
     * has not read yet, and a broker answers about the new one when it has answered about those before it.
     */
    int recordsWaitMillis() {
        return this == APPLY ? Consumers.PATIENT : Consumers.SOON;
    }
}
