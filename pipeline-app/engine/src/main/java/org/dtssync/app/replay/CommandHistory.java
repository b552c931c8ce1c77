package org.dtssync.app.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.catalog.CarriedShape;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.ddl.CommandTable;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.CutPosition;
import org.dtssync.connectors.read.CutRecord;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.connectors.read.NumberedCut;
import org.dtssync.connectors.read.StreamReader;

/**
 * The commands that changed the structure behind a base, as the topics have them. Immutable.
 *
 * @param commands in their order, up to the end of the topics
 */
record CommandHistory(List<Placed> commands) {

    private static final Duration CUT_TIMEOUT = Duration.ofSeconds(60);

    /**
     * A row of the source's record of commands.
     *
     * @param commit where its transaction committed
     */
    record Placed(Lsn commit, RecordedCommand command) {}

    /** Copies the list. */
    CommandHistory {
        commands = List.copyOf(commands);
    }

    /** Reads them; of a task that carries none, only the cuts are read. */
    static CommandHistory read(ReplayTopics topics, CutScan cuts, CutPosition base) {
        List<Placed> commands = new ArrayList<>();
        Optional<Lsn> last = last(cuts, base);
        if (last.isEmpty()) {
            return new CommandHistory(commands);
        }
        try (StreamReader reader = topics.changes(base)) {
            Lsn reached = base.lsn();
            while (!reached.reached(last.get())) {
                NumberedCut next = reader.peek(CUT_TIMEOUT);
                if (next == null) {
                    throw new SyncException(FaultKind.CONNECTION, "Kafka did not deliver the cuts in time.", "");
                }
                reader.readInOrder(
                        CarriedCommands.TABLE::equals,
                        change -> commands.add(new Placed(
                                change.commit(),
                                RecordedCommand.of(change.decode().texts()))));
                reached = next.end();
            }
        }
        return new CommandHistory(commands);
    }

    /** Returns where the last transaction with commands ends. */
    private static Optional<Lsn> last(CutScan cuts, CutPosition base) {
        Optional<Lsn> last = Optional.empty();
        cuts.seek(base.offset() + 1);
        for (CutRecord record = cuts.next(); record != null; record = cuts.next()) {
            if (new NumberedCut(record.cut(), record.offset(), false).hasCommands()) {
                last = Optional.of(new Lsn(record.cut().lsn()));
            }
        }
        return last;
    }

    /** Returns those up to a position. */
    CommandHistory upTo(Lsn end) {
        return new CommandHistory(
                commands.stream().filter(placed -> end.reached(placed.commit())).toList());
    }

    /** Returns the position before the first of them; empty if there are none. */
    Optional<Lsn> before() {
        return commands.stream()
                .findFirst()
                .map(placed -> new Lsn(placed.commit().value() - 1));
    }

    /** Returns the names of all tables that they concern, as the commands left them. */
    Set<TableName> names() {
        Set<TableName> names = new HashSet<>();
        commands.forEach(placed -> placed.command().tables().forEach(table -> names.add(table.name())));
        return names;
    }

    /** Returns the tables of a base that they concern. */
    Set<TableName> commanded(BaseManifest manifest) {
        Set<String> oids = new HashSet<>();
        for (Placed placed : commands) {
            oids.addAll(placed.command().droppedTables());
            placed.command().tables().forEach(table -> oids.add(table.oid()));
        }
        Set<TableName> concerned = new HashSet<>();
        for (BaseTable table : manifest.tables()) {
            String structure = table.shape().structure();
            if (oids.stream().anyMatch(oid -> structure.contains(CarriedShape.holding(oid)))) {
                concerned.add(table.table());
            }
        }
        return concerned;
    }

    /** Returns the names under which tables had the rows that a table has in the end: its own, earlier ones, and those of partitions. */
    Set<TableName> lineage(BaseManifest manifest, TableName name) {
        Map<String, TableName> named = new HashMap<>();
        manifest.tables()
                .forEach(table ->
                        named.put(TableShape.parse(table.shape().structure()).oid(), table.table()));
        Map<TableName, Set<TableName>> earlier = new TreeMap<>();
        for (Placed placed : commands) {
            for (CommandTable table : placed.command().tables()) {
                TableName before = named.put(table.oid(), table.name());
                if (before != null) {
                    earlier.computeIfAbsent(table.name(), absent -> new HashSet<>())
                            .add(before);
                }
                table.root()
                        .ifPresent(root -> earlier.computeIfAbsent(root.name(), absent -> new HashSet<>())
                                .add(table.name()));
            }
        }
        Set<TableName> names = new HashSet<>();
        List<TableName> open = new ArrayList<>(List.of(name));
        while (!open.isEmpty()) {
            TableName next = open.remove(open.size() - 1);
            if (names.add(next)) {
                open.addAll(earlier.getOrDefault(next, Set.of()));
            }
        }
        return names;
    }
}
