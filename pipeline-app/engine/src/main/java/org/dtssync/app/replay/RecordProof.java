package org.dtssync.app.replay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.dtssync.connectors.chain.CutChain;
import org.dtssync.connectors.chain.RecordsDigest;
import org.dtssync.connectors.read.RecordScan;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.Cut.CutPartition;
import org.jspecify.annotations.Nullable;

/** Compares the records of cuts with the digests that were taken when they were written. Not thread-safe. */
final class RecordProof {

    private final RecordScan records;

    /** What was found of one cut's records. */
    sealed interface Finding {

        /**
         * They are as they were written.
         *
         * @param records how many
         */
        record Same(long records) implements Finding {}

        /**
         * They are not.
         *
         * @param fault the first difference
         */
        record Differs(ProofFault fault) implements Finding {}

        /**
         * Not all of them are there any more.
         *
         * @param fault the first one that is missing
         */
        record Gone(ProofFault fault) implements Finding {}
    }

    RecordProof(RecordScan records) {
        this.records = records;
    }

    Finding check(Cut cut, Cut.Link link) {
        for (CutPartition part : cut.partitions()) {
            Optional<Finding> gone = bounds(cut, part);
            if (gone.isPresent()) {
                return gone.get();
            }
        }
        records.prepare(cut.partitions());
        List<Cut.Records> results = new ArrayList<>();
        long count = 0;
        for (CutPartition part : cut.partitions()) {
            RecordsDigest digest = new RecordsDigest();
            records.read(part, record -> digest.add(record.key(), record.value(), record.headers()));
            count += digest.count();
            Cut.Records result = digest.result(1);
            results.add(result);
            Cut.Records written = part.records();
            if (written != null
                    && (written.count() != result.count() || !written.digest().equals(result.digest()))) {
                return new Finding.Differs(locate(cut, part, written, digest));
            }
        }
        if (!CutChain.digest(cut, results, link.previous()).equals(link.digest())) {
            CutPartition first = cut.partitions().get(0);
            return new Finding.Differs(ProofFault.at(
                    first,
                    first.firstOffset(),
                    cut.sequence(),
                    "one of the records of this cut, which has " + cut.changes() + " in " + cut.partitions().size()
                            + " topics, was altered, lost, inserted or moved"));
        }
        return new Finding.Same(count);
    }

    private Optional<Finding> bounds(Cut cut, CutPartition part) {
        Optional<RecordScan.Bounds> bounds = records.bounds(part.topic());
        if (bounds.isEmpty()) {
            return Optional.of(new Finding.Gone(
                    ProofFault.at(part, part.firstOffset(), cut.sequence(), "the topic does not exist any more")));
        }
        long begin = bounds.get().begin();
        long end = bounds.get().end();
        if (begin > part.firstOffset()) {
            return Optional.of(new Finding.Gone(ProofFault.at(
                    part, part.firstOffset(), cut.sequence(), "the topic begins at offset " + begin + " now")));
        }
        if (end < part.endOffset()) {
            return Optional.of(new Finding.Differs(ProofFault.at(
                    part, end, cut.sequence(), "the topic ends here, and records up to offset " + part.endOffset()
                            + " are lost")));
        }
        return Optional.empty();
    }

    private ProofFault locate(Cut cut, CutPartition part, Cut.Records written, RecordsDigest found) {
        long index = found.firstDifference(written);
        long group = RecordsDigest.groupSize(written);
        Place place = new Place(index);
        records.prepare(List.of(part));
        records.read(part, place::add);
        String what;
        if (found.count() < written.count()) {
            what = "a record is lost: " + found.count() + " of " + written.count() + " are there";
        } else if (found.count() > written.count()) {
            what = "a record was inserted: there are " + found.count() + " instead of " + written.count();
        } else if (place.moved) {
            what = "the record was moved";
        } else {
            what = "the record was altered";
        }
        if (group > 1 || index == found.count()) {
            what += " (it is one of the " + (index == found.count() ? found.count() : group) + " from here on)";
        }
        long offset = index == found.count() && index == written.count() ? part.firstOffset() : place.offset(part);
        return ProofFault.at(part, offset, cut.sequence(), what);
    }

    /** Finds the offset of a record by its place, and whether the records from there on are out of order. */
    private static final class Place {

        private final long index;
        private long seen;
        private long offset = -1;
        private @Nullable String lastCommit;
        private long lastNumber;
        private boolean moved;

        Place(long index) {
            this.index = index;
        }

        void add(ConsumerRecord<byte[], byte[]> record) {
            if (seen == index) {
                offset = record.offset();
            }
            seen++;
            String commit = header(record, ChangeHeaders.COMMIT_LSN);
            String number = header(record, ChangeHeaders.NUMBER);
            long current = number.matches("[0-9]{1,18}") ? Long.parseLong(number) : 0;
            if (commit.equals(lastCommit) && current < lastNumber) {
                moved = true;
            }
            lastCommit = commit;
            lastNumber = current;
        }

        private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
            Header header = record.headers().lastHeader(name);
            return header == null ? "" : new String(header.value(), StandardCharsets.US_ASCII);
        }

        /** Where nothing is left at that place, the records behind it are missing. */
        long offset(CutPartition part) {
            return offset < 0 ? part.endOffset() - 1 : offset;
        }
    }
}
