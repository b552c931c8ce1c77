package org.dtssync.app.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compares one chunk: a slice of a large table, or several small tables at once. Thread-safe. */
final class ChunkComparison {

    /** Number of suspects collected before they are decided together, after one heartbeat. */
    private static final int SUSPECTS_AT_ONCE = 50_000;

    private final Confirmation confirmation;
    private final int listed;

    ChunkComparison(Confirmation confirmation, int listed) {
        this.confirmation = confirmation;
        this.listed = listed;
    }

    /** Compares the slices of a chunk. */
    FoundDifferences compare(List<Slice> chunk, Session session) throws InterruptedException {
        FoundDifferences findings = new FoundDifferences(listed);
        Gathering gathering = new Gathering(session, findings);
        if (chunk.get(0).buckets() > 1) {
            for (Slice slice : chunk) {
                compareByBucket(slice, session, findings, gathering);
            }
        } else {
            compareAtOnce(chunk, session, findings, gathering);
        }
        gathering.decide();
        return findings;
    }

    private static void compareAtOnce(
            List<Slice> chunk, Session session, FoundDifferences findings, Gathering gathering)
            throws InterruptedException {
        EndPair<List<BucketSum>> sums = Checksums.of(chunk, session);
        session.pace(sums.source().stream().mapToLong(BucketSum::rows).sum());
        for (int i = 0; i < chunk.size(); i++) {
            BucketSum source = sums.source().get(i);
            BucketSum destination = sums.destination().get(i);
            findings.rows(chunk.get(i).table().name(), source.rows(), 1);
            if (!source.equals(destination)) {
                Narrowing.narrow(chunk.get(i), Math.max(source.rows(), destination.rows()), session, gathering);
            }
        }
    }

    private static void compareByBucket(Slice slice, Session session, FoundDifferences findings, Gathering gathering)
            throws InterruptedException {
        EndPair<Map<Long, BucketSum>> sums = Checksums.byBucket(slice, slice.buckets(), session);
        findings.rows(
                slice.table().name(),
                Checksums.rows(sums.source()),
                slice.conditions().source().size());
        Narrowing.narrow(slice, slice.buckets(), sums, session, gathering);
    }

    /** Suspects of one chunk on their way to being decided. */
    private final class Gathering implements Narrowing.Taker {
        private final Session session;
        private final FoundDifferences findings;
        private final List<Suspects> gathered = new ArrayList<>();
        private int count;

        private Gathering(Session session, FoundDifferences findings) {
            this.session = session;
            this.findings = findings;
        }

        @Override
        public void take(Suspects suspects) throws InterruptedException {
            gathered.add(suspects);
            count += suspects.keys().size();
            if (count >= SUSPECTS_AT_ONCE) {
                decide();
            }
        }

        private void decide() throws InterruptedException {
            confirmation.decide(gathered, session, findings);
            gathered.clear();
            count = 0;
        }
    }
}
