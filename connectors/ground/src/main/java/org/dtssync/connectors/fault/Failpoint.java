package org.dtssync.connectors.fault;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Every place where a crash leaves something unfinished: two servers that must agree and no longer do, or an action without its
 * record. A test lets the process die exactly there and shows that the same command resumes correctly.
 *
 * <p>They do nothing unless the environment variable {@code DTS_SYNC_FAILPOINT} (or the system property
 * {@code dts.sync.failpoint}) names one: {@code NAME[:PASS[:ACTION]]}. At the pass with that number, by default the
 * first, {@code halt} ends the process at once with exit code {@value #EXIT_CODE}, as {@code kill -9} does; {@code freeze}
 * holds the thread forever, so that a test can inspect the servers first and kill the process itself; {@code error} throws an
 * {@link InternalError}, as the JVM does where a file that is mapped into memory has lost its disk.
 *
 * <p>Thread-safe.
 */
public enum Failpoint {
    LEASE_RAISED("lease.raised", "The epoch is raised, nothing is written with it."),

    PREPARE_TABLES_RECORDED(
            "prepare.tables-recorded", "The task's tables are recorded, nothing is published at the source yet."),
    PREPARE_PUBLICATION_MADE("prepare.publication-made", "The publication exists, the slot does not."),
    PREPARE_SLOT_MADE("prepare.slot-made", "The slot exists, no cut records its start."),
    PREPARE_CUT_WRITTEN("prepare.cut-written", "The first cut is in Kafka, the destination has no position."),
    PREPARE_POSITION_WRITTEN(
            "prepare.position-written", "The destination has its position, the phase is still prepare."),

    CAPTURE_OTHERS_FENCED(
            "capture.others-fenced", "Earlier writers are fenced at the broker, the slot may still belong to one."),
    CAPTURE_SLOT_ADVANCED("capture.slot-advanced", "The slot is moved to the end of the last cut, nothing is read."),
    CAPTURE_TOPICS_MADE(
            "capture.topics-made",
            "Topics of tables that changed for the first time exist, the cut that needed them does not."),
    CAPTURE_RECORDS_SENT(
            "capture.records-sent", "The records of a cut are in an open Kafka transaction, its cut record is not."),
    CAPTURE_CUT_SENT("capture.cut-sent", "Records and cut are in an open Kafka transaction."),
    CAPTURE_CUT_COMMITTED("capture.cut-committed", "The cut is committed, its LSN is not confirmed to the slot."),
    CAPTURE_PIECE_COMMITTED(
            "capture.piece-committed", "A piece of a large transaction is committed, its cut is not written."),
    CAPTURE_CUT_CONFIRMED(
            "capture.cut-confirmed", "A cut is passed to Debezium for confirmation, which is sent some time later."),

    SCHEMA_LIST_SAVED("schema.list-saved", "The list of schema objects is saved, none is created."),
    SCHEMA_OBJECT_MADE("schema.object-made", "A schema object is created and recorded in an open transaction."),
    SCHEMA_OBJECT_RECORDED("schema.object-recorded", "A schema object is created and recorded, and committed."),

    SNAPSHOT_TABLES_EMPTIED(
            "snapshot.tables-emptied", "Tables are emptied in an open transaction, their first chunks not recorded."),
    SNAPSHOT_PLANNED("snapshot.planned", "Every table has its first chunk, none is copied."),
    SNAPSHOT_CHUNK_DIVIDED("snapshot.chunk-divided", "A chunk is divided, neither part is copied."),
    SNAPSHOT_ROWS_IN_TOPIC(
            "snapshot.rows-in-topic", "Rows of a chunk are in the table's topic, none of them is copied."),
    SNAPSHOT_CHUNK_COPIED(
            "snapshot.chunk-copied", "The rows of a chunk are copied in an open transaction, not recorded."),
    SNAPSHOT_CHUNK_MARKED("snapshot.chunk-marked", "A chunk's rows and record are written, not committed."),
    SNAPSHOT_CHUNK_COMMITTED(
            "snapshot.chunk-committed", "A chunk is committed, but perhaps not on the destination's disk."),
    SNAPSHOT_COPIED(
            "snapshot.copied", "Nothing is pending; it is unknown whether everything reached the destination's disk."),
    SNAPSHOT_TABLE_PUBLISHED("snapshot.table-published", "A table to be reloaded is published, not emptied."),
    SNAPSHOT_TABLE_RESET("snapshot.table-reset", "A table to be reloaded is empty, its new shape is not recorded."),
    SNAPSHOT_TABLE_LOADED(
            "snapshot.table-loaded", "A table is loaded as a whole in an open transaction, and its shape recorded."),

    SNAPSHOT_TABLE_SET_ASIDE(
            "snapshot.table-set-aside", "A table that changed at the source is empty and waits until it is followed."),

    CATCH_UP_TABLE_TAKEN_UP(
            "catch-up.table-taken-up", "A table that was set aside is recorded, its load has not begun."),
    CATCH_UP_LIST_RENEWED(
            "catch-up.list-renewed", "The list of schema objects is that of now, none of the new ones is created."),
    CATCH_UP_CONVERGED(
            "catch-up.converged", "The consistency point is passed, the tables are not recorded as streaming."),

    APPLY_POSITION_ADVANCED(
            "apply.position-advanced", "The position is advanced in an open transaction, no row is written."),
    APPLY_ROWS_WRITTEN("apply.rows-written", "Rows and position are written in an open transaction."),
    APPLY_COMMITTED("apply.committed", "A write is committed, perhaps not on the destination's disk."),
    APPLY_COMMAND_RUN(
            "apply.command-run",
            "A command that changes the structure was run in an open transaction, rows behind it are not written."),
    APPLY_PIECE_WRITTEN("apply.piece-written", "A piece of a large write is in an open transaction."),

    FINALIZE_OBJECTS_MADE("finalize.objects-made", "Indexes, keys and triggers are created, statistics are not."),
    FINALIZE_DONE("finalize.done", "Everything is ready, the phase is still finalize."),

    VERIFY_SLICE_COMPARED("verify.slice-compared", "A slice is found equal, not recorded."),
    VERIFY_SLICE_RECORDED("verify.slice-recorded", "A slice is recorded as equal, others are not compared."),

    COMMAND_TAKEN("command.taken", "A run has picked up a command, nothing is done for it."),
    COMMAND_DONE("command.done", "A command is carried out, its outcome is not recorded."),

    SWITCH_STEP_BEGUN("switch.step-begun", "A step of a switch is recorded as begun; the pass is the step's number."),
    SWITCH_STEP_CARRIED_OUT(
            "switch.step-carried-out",
            "A step of a switch is carried out, not recorded as done; the pass is the step's number."),
    SWITCH_PHASE_ENTERED(
            "switch.phase-entered", "The phase says that applications are being moved, no step has begun."),
    SWITCH_READ_ONLY("switch.read-only", "New transactions are read-only, running writers have not ended."),
    SWITCH_OPENING("switch.opening", "The point of no return is written in an open transaction."),
    SWITCH_UNDO_WRITABLE("switch.undo-writable", "A failed switch is undone except for its stream."),
    SWITCH_UNDONE("switch.undone", "A failed switch is undone, the phase is not updated."),

    STREAM_END_SLOT_DROPPED(
            "stream-end.slot-dropped", "The slot of a stream that ends is dropped, its publication is not."),
    STREAM_END_PUBLICATION_DROPPED(
            "stream-end.publication-dropped",
            "Slot and publication are dropped, the end of the stream is not committed."),

    ABANDON_OPENED("abandon.opened", "The reverse stream is abandoned, its end has not begun."),
    COMPLETE_BEGUN("complete.begun", "The completion is recorded as begun, the phase is still reverse."),
    COMPLETE_PHASE_ENTERED("complete.phase-entered", "The phase is complete, the reverse stream still exists."),

    RELEASE_WRITABLE("release.writable", "A database is writable again, everything else of the task exists."),
    RELEASE_SLOT_DROPPED("release.slot-dropped", "The source's slot is dropped, its publication is not."),
    RELEASE_SOURCE_RELEASED("release.source-released", "The source is released, the state is not."),
    RELEASE_TOPICS_DELETED("release.topics-deleted", "The topics are deleted, the state is not."),
    RELEASE_STATE_DELETED("release.state-deleted", "The state is deleted in an open transaction.");

    /** The exit code of a process that halts at a failpoint. No command uses it. */
    public static final int EXIT_CODE = 86;

    /** The environment variable that arms one. */
    public static final String VARIABLE = "DTS_SYNC_FAILPOINT";

    private static final Optional<Armed> ARMED =
            Armed.parse(System.getProperty("dts.sync.failpoint", System.getenv(VARIABLE)));

    private final String label;
    private final String leaves;

    Failpoint(String label, String leaves) {
        this.label = label;
        this.leaves = leaves;
    }

    /** What happens to the process. */
    public enum Action {
        /** It ends at once. */
        HALT,
        /** The thread stops there. */
        FREEZE,
        /** An error that nobody expects. */
        ERROR
    }

    /**
     * A failpoint that is armed.
     *
     * @param point which one
     * @param pass at which pass, from 1
     * @param action what happens there
     * @param passed how often it was passed
     */
    private record Armed(Failpoint point, int pass, Action action, AtomicInteger passed) {

        static Optional<Armed> parse(@Nullable String text) {
            if (text == null || text.isBlank()) {
                return Optional.empty();
            }
            String[] parts = text.split(":", -1);
            Failpoint point = Failpoint.of(parts[0]);
            int pass = parts.length > 1 ? Integer.parseInt(parts[1]) : 1;
            Action action = parts.length > 2 ? Action.valueOf(parts[2].toUpperCase(Locale.ROOT)) : Action.HALT;
            return Optional.of(new Armed(point, pass, action, new AtomicInteger()));
        }

        void reached(Failpoint reached) {
            if (reached != point || passed.incrementAndGet() != pass) {
                return;
            }
            // Nothing else would say why the process ends; a log that writes later would never say it.
            System.err.println("Failpoint " + point.label + " reached, pass " + pass + ".");
            if (action == Action.HALT) {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
            if (action == Action.ERROR) {
                throw new InternalError("failpoint " + point.label);
            }
            while (true) {
                LockSupport.park(this);
                Thread.interrupted();
            }
        }
    }

    /** Returns the failpoint of a name. */
    public static Failpoint of(String label) {
        return Arrays.stream(values())
                .filter(point -> point.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no failpoint " + label + "."));
    }

    /** Returns the name that arms it. */
    public String label() {
        return label;
    }

    /** Returns what a crash leaves here, as a sentence. */
    public String leaves() {
        return leaves;
    }

    /** Returns the value of {@link #VARIABLE} that arms it at a pass. */
    public String at(int pass, Action action) {
        return label + ":" + pass + ":" + action.name().toLowerCase(Locale.ROOT);
    }

    /** Says that the place is reached. */
    public void reached() {
        if (ARMED.isPresent()) {
            ARMED.get().reached(this);
        }
    }
}
