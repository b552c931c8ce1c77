package org.dtssync.connectors.kafka;

import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.Remedy;
import org.dtssync.connectors.fault.SyncException;

/** The faults of a topic of cuts that no longer leads from what is applied to what comes next. Stateless. */
public final class LostCuts {

    private LostCuts() {}

    /**
     * Returns the fault of a topic that is gone or another.
     *
     * @param how what became of it, the end of a sentence
     */
    public static SyncException changed(String topic, String how) {
        return new SyncException(
                FaultKind.TOPIC,
                "Topic " + topic + " " + how + ", and the changes in it that were not applied are lost.",
                Remedy.START_AGAIN);
    }

    /** Returns the fault of a topic whose records were deleted. */
    public static SyncException truncated(String topic) {
        return changed(topic, "was truncated");
    }
}
