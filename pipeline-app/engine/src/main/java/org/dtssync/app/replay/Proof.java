package org.dtssync.app.replay;

import java.time.Instant;
import java.util.Optional;
import org.dtssync.app.replay.ProofResult.ProvenCut;
import org.dtssync.app.replay.ProofResult.Verdict;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.CutPosition;
import org.dtssync.connectors.read.CutRecord;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.connectors.read.RecordScan;
import org.dtssync.schemas.Cut;
import org.jspecify.annotations.Nullable;

/**
 * Computes the chain of digests again from what is in the topics now. It ends at the first difference.
 *
 * <p>One object runs once. Not thread-safe.
 */
final class Proof {

    /** A cut that is missing in its place is looked for in so many that follow. */
    private static final int LOOK_AHEAD = 1_000;

    private final ReplayTopics topics;
    private final Optional<Moment> from;
    private final Optional<Moment> to;
    private final String cutsTopic;
    private final CutLinks links = new CutLinks();
    private @Nullable ProvenCut begin;
    private @Nullable ProvenCut end;
    private long cuts;
    private long records;
    private long repeated;
    private long earlier;
    private @Nullable ProofFault missing;
    private @Nullable Lsn missingUpTo;

    Proof(ReplayTopics topics, Optional<Moment> from, Optional<Moment> to) {
        this.topics = topics;
        this.from = from;
        this.to = to;
        this.cutsTopic = topics.names().cuts();
    }

    ProofResult run() throws InterruptedException {
        try (CutScan scan = topics.cuts();
                RecordScan recordScan = topics.records()) {
            ReplayWindow window = window(scan);
            ProofFault fault = run(scan, window, new RecordProof(topics, recordScan));
            if (begin == null && fault == null && earlier == 0 && from.isPresent()) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "The topics end at "
                                + scan.last()
                                        .map(last -> new Lsn(last.cut().lsn()))
                                        .orElse(Lsn.ZERO) + ", before --from.",
                        "Nothing is there yet to be proven.");
            }
            return result(fault);
        }
    }

    /** A record that is no cut must not keep the proof from naming it. */
    private ReplayWindow window(CutScan scan) {
        if (from.isEmpty() && to.isEmpty()) {
            CutRecord first = scan.first().orElse(null);
            CutRecord last = scan.last().orElse(null);
            if (first != null && last != null) {
                return new ReplayWindow(
                        new CutPosition(Lsn.ZERO, first.offset()), last.offset(), Long.MAX_VALUE, from, to);
            }
        }
        return ReplayWindow.find(scan, from, to);
    }

    private @Nullable ProofFault run(CutScan scan, ReplayWindow window, RecordProof proof) throws InterruptedException {
        scan.seek(window.start().offset());
        CutRecord next = scan.next();
        while (next != null) {
            if (Thread.interrupted()) {
                throw new InterruptedException("The proof was interrupted");
            }
            CutRecord record = next;
            next = scan.next();
            Cut cut = cut(record);
            if (cut == null) {
                requireRegistry(record, next);
                return atCut(record, links.last() + 1, "this is no cut");
            }
            if (begin == null && !window.beginsBefore(cut)) {
                continue;
            }
            ProofFault fault = check(record, cut, next, scan, proof);
            if (fault != null || window.endsWith(cut)) {
                return fault;
            }
        }
        return null;
    }

    /**
     * Where not one cut can be read, the registry is another one.
     *
     * @throws SyncException of kind DATA then
     */
    private void requireRegistry(CutRecord record, @Nullable CutRecord next) {
        if (begin == null && earlier == 0 && (next == null || cut(next) == null)) {
            record.cut();
        }
    }

    private static @Nullable Cut cut(CutRecord record) {
        try {
            return record.cut();
        } catch (SyncException e) {
            if (e.kind() != FaultKind.DATA) {
                throw e;
            }
            return null;
        }
    }

    private ProofFault atCut(CutRecord record, long sequence, String what) {
        return new ProofFault(cutsTopic, record.offset(), sequence, what);
    }

    private @Nullable ProofFault check(
            CutRecord record, Cut cut, @Nullable CutRecord next, CutScan scan, RecordProof proof) {
        Cut.Link link = cut.link();
        if (link == null) {
            if (begin != null) {
                return atCut(record, cut.sequence(), "the cut has no digest, although the cuts before it have one");
            }
            earlier++;
            return null;
        }
        Optional<String> wrong = begin == null ? wrongBeginning(record, cut, link) : links.wrong(cut, link);
        if (wrong.isPresent()) {
            String what = cut.sequence() > links.last() + 1 && begin != null ? gap(cut, next, scan) : wrong.get();
            return atCut(record, cut.sequence(), what);
        }
        Cut following = next == null ? null : cut(next);
        if (following != null && links.isReplacedBy(cut, link, following)) {
            repeated++;
            return null;
        }
        RecordProof.Finding finding = proof.check(cut, link);
        if (finding instanceof RecordProof.Finding.Differs differs) {
            return differs.fault();
        }
        if (finding instanceof RecordProof.Finding.Same same) {
            records += same.records();
            cuts++;
        } else if (finding instanceof RecordProof.Finding.Gone gone) {
            missing = missing == null ? gone.fault() : missing;
            missingUpTo = new Lsn(cut.lsn());
        }
        proven(cut, link);
        return null;
    }

    /** The chain of a task that an earlier release began does not begin with its first cut. */
    private Optional<String> wrongBeginning(CutRecord record, Cut cut, Cut.Link link) {
        boolean follows = cut.sequence() > 0 || link.previous() != null;
        if (from.isEmpty() && earlier == 0 && follows) {
            missing = atCut(record, cut.sequence(), "the cuts before this one are gone");
            missingUpTo = new Lsn(cut.lsn());
        } else if (earlier > 0 && link.previous() != null) {
            return Optional.of("the cut before this one had a digest, and has none now");
        }
        return links.altered(cut, link);
    }

    private String gap(Cut cut, @Nullable CutRecord next, CutScan scan) {
        long expected = links.last() + 1;
        CutRecord each = next;
        for (int i = 0; i < LOOK_AHEAD && each != null; i++) {
            Cut later = cut(each);
            if (later != null && later.sequence() == expected) {
                return "cut " + cut.sequence() + " stands where cut " + expected + " belongs: cuts were moved";
            }
            each = scan.next();
        }
        return "cut " + expected + " is lost: cut " + cut.sequence() + " stands in its place";
    }

    private void proven(Cut cut, Cut.Link link) {
        ProvenCut proven = new ProvenCut(
                cut.sequence(),
                new Lsn(cut.lsn()).toString(),
                Optional.ofNullable(cut.commitTimeMicros()),
                link.digest());
        begin = begin == null ? proven : begin;
        end = proven;
        links.add(cut, link);
    }

    private ProofResult result(@Nullable ProofFault fault) {
        ProofFault first = fault == null ? missing : fault;
        if (begin == null && first == null) {
            first = new ProofFault(
                    cutsTopic, 0, 0, "no cut has a digest: the topics were written by an earlier release");
        }
        Verdict verdict = first == null ? Verdict.INTACT : Verdict.INCOMPLETE;
        String build = Proof.class.getPackage().getImplementationVersion();
        return new ProofResult(
                topics.names().task(),
                fault == null ? verdict : Verdict.ALTERED,
                Optional.ofNullable(begin),
                Optional.ofNullable(end),
                cuts,
                records,
                repeated,
                earlier,
                Optional.ofNullable(first),
                wholeFrom(),
                Instant.now(),
                build == null ? "(not packaged)" : build);
    }

    private Optional<String> wholeFrom() {
        Lsn gone = missingUpTo;
        ProvenCut last = end;
        return gone == null || last == null || last.lsn().equals(gone.toString())
                ? Optional.empty()
                : Optional.of(new Lsn(gone.value() + 1).toString());
    }
}
