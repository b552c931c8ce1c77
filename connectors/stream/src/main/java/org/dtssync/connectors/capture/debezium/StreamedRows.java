package org.dtssync.connectors.capture.debezium;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * Counts the rows that the slot sends, as the server's own messages say, and those that are made of them: each has to become at
 * least one event. Debezium ignores a change in more than one place, for example of a table whose name it cannot read, and says so in no
 * more than a line of its log.
 *
 * <p>Used by the one thread that reads the WAL.
 */
final class StreamedRows {

    private final Map<Integer, String> tables = new HashMap<>();

    /** Rows that the server sent. */
    private long sent;

    /** Rows that Debezium handed over, and the events it made of them. */
    private long handedOver;

    private long events;

    /** How many events were made before the current transaction. */
    private long eventsBefore;

    /** The last message of rows. */
    private int[] relations = {};

    /**
     * Takes a message of the protocol's first version before Debezium reads it.
     *
     * @throws SyncException if Debezium has not handed over the rows of the one before
     */
    void sent(ByteBuffer message) {
        requireHandedOver();
        if (!message.hasRemaining()) {
            return;
        }
        int at = message.position();
        switch (message.get(at)) {
            case 'R' -> tables.put(message.getInt(at + 1), name(message, at + 5));
            case 'I', 'U', 'D' -> {
                relations = new int[] {message.getInt(at + 1)};
                sent++;
            }
            case 'T' -> {
                relations = new int[message.getInt(at + 1)];
                for (int i = 0; i < relations.length; i++) {
                    relations[i] = message.getInt(at + 6 + 4 * i);
                }
                sent += relations.length;
            }
            default -> {
                // It has no rows.
            }
        }
    }

    /** Returns schema and name, two texts that each end with a zero byte. */
    private static String name(ByteBuffer message, int from) {
        int end = end(message, from);
        int last = end(message, end + 1);
        return text(message, from, end) + "." + text(message, end + 1, last);
    }

    private static int end(ByteBuffer message, int from) {
        int at = from;
        while (message.get(at) != 0) {
            at++;
        }
        return at;
    }

    private static String text(ByteBuffer message, int from, int to) {
        byte[] bytes = new byte[to - from];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = message.get(from + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void requireHandedOver() {
        if (sent != handedOver) {
            Set<String> names = new LinkedHashSet<>();
            for (int relation : relations) {
                names.add(tables.getOrDefault(relation, "with the object id " + relation));
            }
            throw lost(String.join(", ", names));
        }
    }

    /** Counts a row that Debezium handed over. */
    void handOver() {
        handedOver++;
    }

    /** Counts an event. */
    void add() {
        events++;
    }

    /** Returns how many events there are. */
    long events() {
        return events;
    }

    /** Ends a transaction; returns how many events it has. */
    long endTransaction() {
        long count = events - eventsBefore;
        eventsBefore = events;
        return count;
    }

    /** Returns the fault of a table whose change became no event. */
    static SyncException lost(String table) {
        return new SyncException(
                FaultKind.INTERNAL,
                "The source sent a change of table " + table + " that Debezium dropped: it would be in no topic.",
                "Nothing was skipped. Exclude the table from the task, or rename it, and report this.");
    }
}
