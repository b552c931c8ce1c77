package org.dtssync.connectors.fault;

/** Remedies that several faults share, so that the same thing is always said in the same words. */
public final class Remedy {

    /** Where changes are lost for good. */
    public static final String START_AGAIN =
            "Run dts-sync release --topics, empty the destination and start the task again.";

    private Remedy() {}
}
