package org.dtssync.app.verify;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distinguishes rows that really differ from rows whose change was still being replicated.
 *
 * <p>Suspected rows are read in rounds, each time at the destination first and then at the source. Between two rounds a
 * heartbeat is written and awaited, so that everything committed before it is applied. A row is reported if two rounds
 * in a row found the same: the same hashes, and the same row versions (the transactions that wrote them) at both ends.
 *
 * <p><b>Why this gives no false alarm.</b> Let the first round read the destination at D1 and the source at S1, let the
 * heartbeat H be written after S1 and applied before the second round reads at D2 and S2. The destination shows the source
 * as of some position, which is before S1 at D1, and between H and D2, so between S1 and S2, at D2.
 *
 * <ul>
 *   <li>The source had the row at S1 and has the same version at S2: it did not change in between, not even back and
 *       forth. What the destination shows at D2 is the source of a moment in between, so it ought to be that row. It is not.
 *   <li>The source had no such row at S1, and the destination has the same version at D1 and D2: it wrote nothing to the row
 *       between a position before S1 and one after it. So the row would have been there at the source at S1. It was not.
 *       (This relies on the applier writing every row that the stream names, even where that leaves its values alone.)
 * </ul>
 *
 * <p><b>What it can miss.</b> A row that is wrong at the destination and is changed at the source between every two rounds is
 * never seen twice in the same state; after the last round it remains undecided, which the log reports. Once it stops changing, the next
 * verification decides it. Without changes every difference is decided by the second round. Thread-safe.
 */
final class Confirmation {

    private static final Logger log = LoggerFactory.getLogger(Confirmation.class);

    private final SharedSettling settling;
    private final int rounds;

    Confirmation(SharedSettling settling, int rounds) {
        this.settling = settling;
        this.rounds = rounds;
    }

    /** Decides about suspects and records those that differ. */
    void decide(Collection<Suspects> suspects, Session session, FoundDifferences findings) throws InterruptedException {
        List<DoubtfulRows> open =
                new ArrayList<>(suspects.stream().map(DoubtfulRows::new).toList());
        for (int round = 1; round <= rounds && !open.isEmpty(); round++) {
            if (round > 1) {
                settling.await();
            }
            for (DoubtfulRows doubts : open) {
                record(doubts.table(), doubts.read(session), session, findings);
            }
            open.removeIf(doubts -> doubts.size() == 0);
        }
        for (DoubtfulRows doubts : open) {
            findings.undecided(doubts.table().name());
            log.warn(
                    "Rows kept changing during verification and remain undecided. table={} rows={} rounds={}",
                    doubts.table().name(),
                    doubts.size(),
                    rounds);
        }
    }

    private static void record(
            ComparedTable table,
            Map<List<String>, EndPair<RowState>> proven,
            Session session,
            FoundDifferences findings)
            throws InterruptedException {
        List<List<String>> changed = new ArrayList<>();
        for (Map.Entry<List<String>, EndPair<RowState>> row : proven.entrySet()) {
            long source = row.getValue().source().sum().rows();
            long destination = row.getValue().destination().sum().rows();
            if (source > destination) {
                findings.missing(
                        table.name(),
                        label(row.getValue().source(), source - destination),
                        row.getKey(),
                        source - destination);
            } else if (source < destination) {
                findings.extra(
                        table.name(),
                        label(row.getValue().destination(), destination - source),
                        row.getKey(),
                        destination - source);
            } else {
                changed.add(row.getKey());
            }
        }
        int listed = Math.min(changed.size(), findings.roomFor(table.name()));
        Map<List<String>, List<String>> columns =
                SuspectReader.differingColumns(table, changed.subList(0, listed), session);
        for (List<String> key : changed) {
            findings.changed(
                    table.name(),
                    Objects.requireNonNull(proven.get(key), "It is one of these.")
                            .source()
                            .label(),
                    key,
                    columns.getOrDefault(key, List.of()));
        }
    }

    private static String label(RowState row, long times) {
        return times == 1 ? row.label() : row.label() + " (" + times + " times)";
    }
}
