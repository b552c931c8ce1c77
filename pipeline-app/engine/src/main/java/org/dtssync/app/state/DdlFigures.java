package org.dtssync.app.state;

import java.util.List;
import java.util.Optional;
import org.dtssync.schemas.DdlMode;

/**
 * What a task does about commands that change the structure, and how far it is with them.
 *
 * @param mode of the task
 * @param done commands that were run
 * @param skipped commands that were left out
 * @param failed commands that PostgreSQL refused, or that left another structure
 * @param waiting commands that a person has to allow, or has just allowed or corrected
 * @param current the command that is running, has failed or waits; empty if there is none
 * @param runningSeconds how long it has been running; 0 if none is
 * @param indexes those that commands have left to be built
 * @param builds what the server says of the indexes that the task is building
 */
public record DdlFigures(
        DdlMode mode,
        long done,
        long skipped,
        long failed,
        long waiting,
        Optional<StoredDdl> current,
        double runningSeconds,
        List<DeferredIndex> indexes,
        List<String> builds) {

    /** Copies the lists. */
    public DdlFigures {
        indexes = List.copyOf(indexes);
        builds = List.copyOf(builds);
    }

    /** Returns the same with what the server says of the indexes that the task is building. */
    public DdlFigures withBuilds(List<String> building) {
        return new DdlFigures(mode, done, skipped, failed, waiting, current, runningSeconds, indexes, building);
    }

    /** Those of a task that stops at commands. */
    public static final DdlFigures NONE = none(DdlMode.STOP);

    /** Those of a task that has carried nothing. */
    public static DdlFigures none(DdlMode mode) {
        return new DdlFigures(mode, 0, 0, 0, 0, Optional.empty(), 0, List.of(), List.of());
    }
}
