package org.dtssync.connectors.chain;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.Cut.CutPartition;
import org.jspecify.annotations.Nullable;

/**
 * Connects each cut with the one before it: its digest covers its own fields, what its records were, and the previous digest. A
 * change of any earlier record changes every later digest. Stateless.
 */
public final class CutChain {

    /** Marks in all partitions of a cut, two bytes each: a cut is one record, whose size brokers limit. */
    private static final int CUT_MARKS = 32_768;

    private static final int LEAST_MARKS = 8;

    /** A cut of more partitions has no room to describe the records of each; its digest covers them all the same. */
    private static final int DESCRIBED_PARTITIONS = 1_000;

    /** Precedes everything else in a digest, so that another way to compute it can never give the same one. */
    private static final String FORMAT = "dts-sync cut 1";

    private CutChain() {}

    /**
     * Returns a cut with its link.
     *
     * @param cut without one
     * @param records what its records are, for each of its partitions in their order
     * @param previous the cut before
     */
    public static Cut link(Cut cut, List<RecordsDigest> records, @Nullable Cut previous) {
        int parts = cut.partitions().size();
        long all = records.stream().mapToLong(RecordsDigest::count).sum();
        int most = all <= CUT_MARKS ? CUT_MARKS : Math.max(LEAST_MARKS, CUT_MARKS / Math.max(1, parts));
        List<Cut.Records> results =
                records.stream().map(each -> each.result(most)).toList();
        Cut described = parts > DESCRIBED_PARTITIONS ? cut : described(cut, results);
        Cut.Link before = previous == null ? null : previous.link();
        String previousDigest = before == null ? null : before.digest();
        return described.withLink(new Cut.Link(previousDigest, digest(described, results, previousDigest)));
    }

    private static Cut described(Cut cut, List<Cut.Records> results) {
        List<CutPartition> partitions = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            CutPartition part = cut.partitions().get(i);
            partitions.add(new CutPartition(
                    part.topic(),
                    part.partition(),
                    part.firstOffset(),
                    part.endOffset(),
                    part.topicId(),
                    results.get(i)));
        }
        return new Cut(
                cut.task(),
                cut.sequence(),
                cut.lsn(),
                cut.commitTimeMicros(),
                cut.systemIdentifier(),
                cut.slot(),
                cut.transactions(),
                cut.changes(),
                partitions);
    }

    /**
     * Returns the digest of a cut.
     *
     * @param cut with or without a link, which does not count
     * @param records what its records are, for each of its partitions in their order
     * @param previous digest of the cut before; null where the chain begins
     */
    public static String digest(Cut cut, List<Cut.Records> records, @Nullable String previous) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(FORMAT);
            out.writeUTF(previous == null ? "" : previous);
            out.writeUTF(cut.task());
            out.writeLong(cut.sequence());
            out.writeLong(cut.lsn());
            Long commitTime = cut.commitTimeMicros();
            out.writeBoolean(commitTime != null);
            out.writeLong(commitTime == null ? 0 : commitTime);
            out.writeUTF(cut.systemIdentifier());
            out.writeUTF(cut.slot());
            out.writeInt(cut.transactions());
            out.writeLong(cut.changes());
            out.writeInt(cut.partitions().size());
            for (int i = 0; i < cut.partitions().size(); i++) {
                write(out, cut.partitions().get(i), records.get(i));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(Sha256.create().digest(bytes.toByteArray()));
    }

    private static void write(DataOutputStream out, CutPartition part, Cut.Records records) throws IOException {
        out.writeUTF(part.topic());
        out.writeInt(part.partition());
        out.writeLong(part.firstOffset());
        out.writeLong(part.endOffset());
        out.writeUTF(part.topicId() == null ? "" : part.topicId());
        out.writeLong(records.count());
        out.writeUTF(records.digest());
    }
}
