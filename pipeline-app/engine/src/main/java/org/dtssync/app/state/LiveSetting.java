package org.dtssync.app.state;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** A setting that can be changed while a run is active. It replaces the value of the same key in the task file. */
public enum LiveSetting {
    /** How many rows the load copies per second; 0 for no limit. */
    SNAPSHOT_ROWS_PER_SECOND("snapshot.rows.per.second"),
    /** How many source rows a verification reads per second; 0 for no limit. */
    VERIFY_ROWS_PER_SECOND("verify.rows.per.second");

    private final String key;

    LiveSetting(String key) {
        this.key = key;
    }

    /** Returns its name, as in the task file. */
    public String key() {
        return key;
    }

    /**
     * Finds a setting by its name.
     *
     * @throws SyncException of kind USAGE if there is none
     */
    public static LiveSetting of(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new SyncException(
                        FaultKind.USAGE,
                        "There is no live setting '" + key + "'.",
                        "Live settings: "
                                + Arrays.stream(values()).map(LiveSetting::key).collect(Collectors.joining(", "))
                                + ". Other keys are changed in the task file and apply to the next run."));
    }

    /**
     * Reads a value.
     *
     * @throws SyncException of kind USAGE if it does not fit
     */
    public long parse(String value) {
        try {
            long number = Long.parseLong(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw unfit(value);
        }
        throw unfit(value);
    }

    private SyncException unfit(String value) {
        return new SyncException(
                FaultKind.USAGE,
                "Setting " + key + " cannot be '" + value + "'.",
                "Use a whole number; 0 means no limit.");
    }
}
