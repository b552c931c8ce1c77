package org.dtssync.connectors.capture;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.schemas.ChangeEnvelope;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes the rows in which the source records commands that change the structure. They are records of a topic like those of any
 * table; what follows one in its transaction has the shapes that it left. Not thread-safe.
 */
final class CommandRows {

    private static final String MESSAGE = "text";

    private final String topic;
    private final Optional<CapturedCommands> commands;

    /**
     * Creates it.
     *
     * @param names the names of the task's topics
     * @param commands what becomes of them; empty if the task carries none
     */
    CommandRows(TopicNames names, Optional<CapturedCommands> commands) {
        this.topic = names.commands();
        this.commands = commands;
    }

    /** Returns whether a change is of that table. */
    boolean is(RowChange change) {
        return change.topic().equals(topic);
    }

    /** Returns whether a change of that table is ignored: rows are removed once every task has had them. */
    boolean leavesOut(RowChange change) {
        return is(change)
                && (commands.isEmpty()
                        || !change.envelope()
                                .getString(ChangeEnvelope.OPERATION)
                                .equals(ChangeEnvelope.CREATE));
    }

    /** Returns a row without what is not sent of the client's message. */
    RowChange sent(RowChange change) {
        Struct row = change.row();
        String message = row == null ? null : row.getString(MESSAGE);
        if (row == null || message == null || commands.isEmpty()) {
            return change;
        }
        Struct shortened = copy(row).put(MESSAGE, commands.get().sent(texts(row), message));
        return new RowChange(
                change.topic(), copy(change.envelope()).put(ChangeEnvelope.AFTER, shortened), change.move());
    }

    private static Struct copy(Struct struct) {
        Struct copy = new Struct(struct.schema());
        struct.schema().fields().forEach(field -> copy.put(field, struct.get(field)));
        return copy;
    }

    /** Takes a row; returns the tables that are other ones from here on. */
    List<CapturedTable> take(RowChange change) {
        Struct row = change.row();
        return commands.isEmpty() || row == null ? List.of() : commands.get().take(texts(row));
    }

    private static Map<String, @Nullable String> texts(Struct row) {
        Map<String, @Nullable String> texts = new HashMap<>();
        for (Field field : row.schema().fields()) {
            Object value = row.get(field);
            texts.put(TopicNames.unescape(field.name()), value == null ? null : value.toString());
        }
        return texts;
    }
}
