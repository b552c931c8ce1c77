package org.dtssync.app.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.CutRecord;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.connectors.read.RecordScan;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicTable;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the history begins of which nothing was deleted.
 *
 * @param topics the topics
 * @param tables the tables that count
 */
record WholeHistory(ReplayTopics topics, Predicate<TableName> tables) {

    /** Returns the LSN behind the last cut that lacks records; empty if no cut follows it. */
    Optional<Lsn> beginning() {
        try (CutScan cuts = topics.cuts();
                RecordScan records = topics.records()) {
            Map<String, Boolean> wanted = new HashMap<>();
            Cut last = null;
            boolean whole = false;
            for (CutRecord each = cuts.next(); each != null; each = cuts.next()) {
                Cut cut = each.cut();
                if (isMissing(cut, records, wanted)) {
                    last = cut;
                    whole = false;
                } else {
                    whole = true;
                }
            }
            return whole ? Optional.of(behind(last)) : Optional.empty();
        }
    }

    private boolean isMissing(Cut cut, RecordScan records, Map<String, Boolean> wanted) {
        return cut.partitions().stream()
                .filter(part -> wanted.computeIfAbsent(part.topic(), this::isWanted))
                .anyMatch(part -> !records.has(part));
    }

    private boolean isWanted(String topic) {
        TopicTable table = topics.names().tableOf(topic);
        return tables.test(new TableName(table.schema(), table.table()));
    }

    private static Lsn behind(@Nullable Cut last) {
        return last == null ? Lsn.ZERO : new Lsn(last.lsn() + 1);
    }
}
