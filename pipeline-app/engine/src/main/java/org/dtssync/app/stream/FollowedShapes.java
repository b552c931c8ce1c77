package org.dtssync.app.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.ddl.CommandTable;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.app.ddl.SentText;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.capture.CapturedCommands;
import org.dtssync.connectors.capture.CapturedTable;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.CutPosition;
import org.dtssync.connectors.read.NumberedCut;
import org.dtssync.connectors.read.ReadPurpose;
import org.dtssync.connectors.read.ReadSettings;
import org.dtssync.connectors.read.StreamReader;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of the captured tables, through the commands that change them: those that the destination has not applied yet are read from
 * the topics again when a capture starts. Used by one thread.
 *
 * @param recorded reads the recorded shapes
 */
record FollowedShapes(
        Route route,
        ObjectSelection objects,
        Map<String, String> kafka,
        TopicCodecs codecs,
        Supplier<List<CapturedTable>> recorded)
        implements CapturedCommands {

    /** The commands themselves. */
    static final CapturedTable COMMANDS =
            new CapturedTable(CarriedCommands.TABLE, Optional.of(List.of("number")), RecordedCommand.columns());

    private static final Duration POLL = Duration.ofSeconds(1);

    /** The cuts are there, so they arrive unless the broker does not answer. */
    private static final int POLLS = 60;

    @Override
    public List<CapturedTable> tables(Cut last) {
        // Before the shapes: what an applier does meanwhile is in both, and the later command counts.
        AppliedPosition applied = position();
        List<CapturedTable> tables = recorded.get();
        if (applied.lsn().reached(new Lsn(last.lsn()))) {
            return tables;
        }
        Map<TableName, CapturedTable> shapes = new LinkedHashMap<>();
        tables.forEach(table -> shapes.put(table.table(), table));
        ReadSettings settings =
                new ReadSettings(new TopicNames(route.task()), kafka, Optional.empty(), ReadPurpose.APPLY);
        try (StreamReader stream = new StreamReader(
                settings,
                new CutPosition(applied.lsn(), applied.cutOffset()),
                codecs.cuts(),
                codecs.keys(),
                codecs.values())) {
            Lsn reached = applied.lsn();
            while (!reached.reached(new Lsn(last.lsn()))) {
                reached = next(stream, shapes);
            }
        }
        return List.copyOf(shapes.values());
    }

    private Lsn next(StreamReader stream, Map<TableName, CapturedTable> shapes) {
        NumberedCut cut = null;
        for (int i = 0; i < POLLS && cut == null; i++) {
            cut = stream.peek(POLL);
        }
        if (cut == null) {
            throw new SyncException(
                    FaultKind.CONNECTION, "Kafka did not deliver the cuts of task " + route.task() + " in time.", "");
        }
        stream.readInOrder(
                CarriedCommands.TABLE::equals,
                change -> take(change.decode().texts()).forEach(table -> shapes.put(table.table(), table)));
        return cut.end();
    }

    private AppliedPosition position() {
        return route.destination()
                .inTransaction(
                        "The position of task " + route.task() + " could not be read",
                        connection -> AppliedPosition.read(connection, route.task())
                                .orElseThrow(() -> new SyncException(
                                        FaultKind.FENCED,
                                        "Task " + route.task() + " has no position: it was released.",
                                        "")));
    }

    @Override
    public String sent(Map<String, @Nullable String> row, String message) {
        return SentText.of(message, RecordedCommand.of(row).standardStrings());
    }

    @Override
    public List<CapturedTable> take(Map<String, @Nullable String> row) {
        RecordedCommand command = RecordedCommand.of(row);
        List<CapturedTable> changed = new ArrayList<>();
        for (CommandTable table : command.tables()) {
            if (table.root().isEmpty()) {
                changed.add(captured(table));
            }
        }
        return changed;
    }

    /** A published table may leave the selection by another name: what is sent of it is not applied. */
    private CapturedTable captured(CommandTable table) {
        boolean selected = objects.selects(table.name().schema(), table.name().table());
        return selected
                ? new CapturedTable(table.name(), table.key(), table.columns())
                : new CapturedTable(
                        table.name(),
                        Optional.empty(),
                        List.of(),
                        new CapturedTable.Earlier(AppliedTable.NEVER, AppliedTable.NEVER, Map.of()));
    }
}
