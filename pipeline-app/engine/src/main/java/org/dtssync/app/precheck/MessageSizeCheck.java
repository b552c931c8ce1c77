package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.connectors.kafka.RecordLimits;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Whether the largest rows of the source fit into records: a row that does not stops the task at its first change, so one that
 * is known is refused before data moves. Used by one thread.
 */
final class MessageSizeCheck {

    private static final Duration TABLE_LIMIT = Duration.ofSeconds(5);
    private static final Duration TOTAL_LIMIT = Duration.ofSeconds(30);

    private final Ends ends;
    private final Findings findings;
    private final RowSizes sizes;
    private long largestBytes;
    private @Nullable TableName largestTable;
    private int whole;
    private int sampled;

    private MessageSizeCheck(Ends ends, Findings findings) {
        this.ends = ends;
        this.findings = findings;
        this.sizes = new RowSizes(ends.source());
    }

    static void look(Ends ends, Findings findings) {
        new MessageSizeCheck(ends, findings).look();
    }

    private void look() {
        long deadline = System.nanoTime() + TOTAL_LIMIT.toNanos();
        List<CatalogTable> tables = ends.tables().stream()
                .filter(table -> table.kind() == CatalogTable.Kind.PLAIN
                        && table.persistence() == CatalogTable.Persistence.PERMANENT)
                .filter(table ->
                        RowSizes.canHold(table, limits(table).smallest().bytes() / copies(table)))
                .sorted(Comparator.comparingLong(CatalogTable::toastBytes).reversed())
                .toList();
        for (CatalogTable table : tables) {
            if (System.nanoTime() < deadline) {
                look(table);
            } else {
                unknown(table, "was not measured: the tables before it took " + TOTAL_LIMIT.toSeconds() + " s");
            }
        }
        pass();
    }

    private void look(CatalogTable table) {
        try {
            Optional<RowSizes.Largest> largest = sizes.measure(table, TABLE_LIMIT);
            if (largest.isEmpty()) {
                unknown(table, "could not be measured in " + TABLE_LIMIT.toSeconds() + " s");
            } else {
                judge(table, largest.get());
            }
        } catch (SQLException e) {
            // The check of rights reports what the account may not read; here it is merely unknown.
            unknown(table, "could not be measured (SQLSTATE " + e.getSQLState() + ")");
        }
    }

    private void judge(CatalogTable table, RowSizes.Largest largest) {
        RecordLimits limits = limits(table);
        long bytes = largest.bytes() * copies(table);
        Optional<RecordLimits.Limit> refusing = limits.refusing(bytes);
        if (refusing.isPresent()) {
            findings.fail(
                    table.name().toString(),
                    "Table " + table.name() + " has a row of " + Size.of(largest.bytes()) + " (column "
                            + largest.column() + ": " + Size.of(largest.columnBytes()) + ")"
                            + (copies(table) == 2 ? ", which an update with REPLICA IDENTITY FULL contains twice" : "")
                            + ", but " + refusing.get().setting() + " allows records of "
                            + Size.of(refusing.get().bytes()) + ": a change of that row would stop the task.",
                    limits.remedy(bytes));
            return;
        }
        if (largest.percent() < 100 && bytes > limits.smallest().bytes() / 4) {
            findings.warn(
                    table.name().toString(),
                    String.format(
                            Locale.ROOT,
                            "The largest row in a sample of %.2f %% of table %s has %s, and %s allows records of %s:"
                                    + " a larger row stops the task at its first change.",
                            largest.percent(),
                            table.name(),
                            Size.of(largest.bytes()),
                            limits.smallest().setting(),
                            Size.of(limits.smallest().bytes())),
                    limits.remedy(limits.smallest().bytes()));
        }
        whole += largest.percent() < 100 ? 0 : 1;
        sampled += largest.percent() < 100 ? 1 : 0;
        if (largest.bytes() > largestBytes) {
            largestBytes = largest.bytes();
            largestTable = table.name();
        }
    }

    private void unknown(CatalogTable table, String why) {
        RecordLimits.Limit smallest = limits(table).smallest();
        findings.warn(
                table.name().toString(),
                "The largest row of table " + table.name() + " " + why + "; " + smallest.setting()
                        + " allows records of " + Size.of(smallest.bytes())
                        + ": a larger row stops the task at its first change.",
                limits(table).remedy(smallest.bytes()) + " -- if it has larger rows");
    }

    private void pass() {
        RecordLimits.Limit smallest = limits(ends.task().topics().config(), 0).smallest();
        String found = largestTable == null
                ? "no selected table stores values that large"
                : "the largest row found has " + Size.of(largestBytes) + " (table " + largestTable + "; " + whole
                        + " tables read completely, " + sampled + " sampled)";
        findings.passIfNothingFound(
                "records",
                smallest.setting() + " allows records of " + Size.of(smallest.bytes()) + ", and " + found + ".");
    }

    /** The record of an update contains both the old and the new row if the old row is logged in full. */
    private static int copies(CatalogTable table) {
        return table.identity() == CatalogTable.Identity.FULL ? 2 : 1;
    }

    private RecordLimits limits(CatalogTable table) {
        String topic = new TopicNames(ends.task().name())
                .table(table.root().schema(), table.root().table());
        return limits(ends.task().topics().config(), ends.brokers().topicBytes().getOrDefault(topic, 0L));
    }

    /** An existing topic keeps a higher limit; capture raises a lower one. */
    private RecordLimits limits(java.util.Map<String, String> topicConfig, long existingBytes) {
        long wanted = RecordLimits.topicBytes(topicConfig);
        Optional<Long> request = ends.brokers().number("socket.request.max.bytes");
        return RecordLimits.of(
                ends.task().kafka().properties(),
                java.util.Map.of("max.message.bytes", Long.toString(Math.max(wanted, existingBytes))),
                request.isPresent() ? OptionalLong.of(request.get()) : OptionalLong.empty());
    }
}
