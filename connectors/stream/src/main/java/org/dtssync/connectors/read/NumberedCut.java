package org.dtssync.connectors.read;

import java.util.List;
import java.util.stream.Stream;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;

/**
 * A cut with its offset. All changes up to here are the source as of one moment.
 *
 * @param cut the cut
 * @param offset its offset
 * @param overlaps whether some of its changes may belong to cuts that were read before
 */
public record NumberedCut(Cut cut, long offset, boolean overlaps) {

    /** Returns where the cut ends in the source's log. */
    public Lsn end() {
        return new Lsn(cut.lsn());
    }

    /** Returns the position after this cut, from which reading can resume. */
    public CutPosition position() {
        return new CutPosition(end(), offset);
    }

    /** Returns whether a stream begins with it. Where others precede it, no topic has what was changed in between. */
    public boolean begins() {
        return cut.sequence() == 0;
    }

    /** Returns whether it has commands that change the structure; then it is a single source transaction. */
    public boolean hasCommands() {
        TopicNames names = new TopicNames(cut.task());
        List<String> commands = Stream.of(TopicNames.Layout.values())
                .map(layout -> names.in(layout).commands())
                .toList();
        return cut.partitions().stream().anyMatch(part -> commands.contains(part.topic()));
    }
}
