package org.dtssync.app.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.dtssync.connectors.chain.CutChain;
import org.dtssync.connectors.chain.RecordsDifference;
import org.dtssync.connectors.chain.RecordsDigest;
import org.dtssync.connectors.read.RecordScan;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.Cut.CutPartition;

/** Compares the records of cuts with the digests that were taken when they were written. Not thread-safe. */
final class RecordProof {

    private final ReplayTopics topics;
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

    RecordProof(ReplayTopics topics, RecordScan records) {
        this.topics = topics;
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
                    "one of the records of this cut, which has " + cut.changes() + " in "
                            + cut.partitions().size() + " topics, was altered, lost, inserted or moved"));
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
                    part,
                    end,
                    cut.sequence(),
                    "the topic ends here, and records up to offset " + part.endOffset() + " are lost")));
        }
        return Optional.empty();
    }

    private ProofFault locate(Cut cut, CutPartition part, Cut.Records written, RecordsDigest found) {
        RecordsDifference difference = found.difference(written);
        Place place = new Place(difference.index());
        // A scan only advances.
        try (RecordScan again = topics.records()) {
            again.prepare(List.of(part));
            again.read(part, place::add);
        }
        String what = switch (difference.kind()) {
            case ALTERED -> "the record was altered";
            case LOST -> "a record is lost: it was in front of this one";
            case INSERTED -> "the record was inserted";
            case MOVED -> "the record was moved";
        };
        if (place.offset < 0) {
            what = found.count() < written.count()
                    ? "records are lost: " + found.count() + " of " + written.count() + " are there"
                    : "records were altered or inserted here";
        } else if (difference.groupSize() > 1) {
            what += ", or one of the " + (difference.groupSize() - 1) + " behind it";
        }
        return ProofFault.at(part, place.offset < 0 ? part.endOffset() - 1 : place.offset, cut.sequence(), what);
    }

    /** Finds the offset of a record by its place. */
    private static final class Place {

        private final long index;
        private long seen;
        private long offset = -1;

        Place(long index) {
            this.index = index;
        }

        void add(ConsumerRecord<byte[], byte[]> record) {
            if (seen == index) {
                offset = record.offset();
            }
            seen++;
        }
    }
}
