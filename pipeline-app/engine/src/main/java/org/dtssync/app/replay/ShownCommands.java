package org.dtssync.app.replay;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.dtssync.app.ddl.CommandTable;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.DescribedChange;
import org.dtssync.connectors.read.TableChange;

/** Turns the rows in which the source records commands into commands. Not thread-safe. */
final class ShownCommands {

    private final boolean all;
    private final Predicate<TableName> tables;
    private final HistorySink sink;

    /** What clients sent in this transaction, by the number of the row that has it. */
    private final Map<Long, String> texts = new HashMap<>();

    /**
     * Creates it.
     *
     * @param all whether every command is shown
     * @param tables otherwise those that concern one of these
     */
    ShownCommands(boolean all, Predicate<TableName> tables, HistorySink sink) {
        this.all = all;
        this.tables = tables;
        this.sink = sink;
    }

    /** Takes the next row; parts of commands are not shown. */
    void add(DescribedChange described) throws IOException {
        TableChange change = described.change();
        RecordedCommand command = RecordedCommand.of(change.texts());
        command.text().ifPresent(text -> texts.put(command.number(), text));
        if (command.isCommand() && isWanted(command)) {
            sink.command(new HistoryCommand(
                    change.commit(),
                    described.commitTimeMicros(),
                    change.transaction(),
                    change.number(),
                    command.tag(),
                    Optional.ofNullable(texts.get(command.textNumber())),
                    command.role(),
                    command.objectNames()));
        }
    }

    private boolean isWanted(RecordedCommand command) {
        return all
                || command.tables().stream().map(CommandTable::name).anyMatch(tables)
                || command.dropped().stream()
                        .filter(object -> object.path("type").asText().equals("table"))
                        .map(object -> new TableName(
                                object.path("schema").asText(),
                                object.path("name").asText()))
                        .anyMatch(tables);
    }

    /** Call at the end of a transaction with commands. */
    void end() {
        texts.clear();
    }
}
