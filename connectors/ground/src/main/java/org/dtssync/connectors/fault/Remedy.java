package org.dtssync.connectors.fault;

/** Remedies that several faults share, so that they are always worded the same. */
public final class Remedy {

    /** Where changes are lost for good. */
    public static final String START_AGAIN =
            "Run dts-sync release --topics, empty the destination and start the task over.";

    private Remedy() {}
}
