package org.dtssync.app.state;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The number of a command that changes the structure: its transaction and its place among the commands of it, written
 * {@code 0/26FE078.3}.
 *
 * @param commit the commit LSN of its transaction at the source
 * @param ordinal its place, from 1
 */
public record DdlNumber(Lsn commit, int ordinal) implements Comparable<DdlNumber> {

    private static final Pattern TEXT = Pattern.compile("([0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})\\.([1-9]\\d{0,8})");

    /**
     * Reads the text form.
     *
     * @throws SyncException of kind USAGE if the text is no such number
     */
    public static DdlNumber parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "'" + text + "' is not the number of a command.",
                    "A number looks like 0/26FE078.3; dts-sync ddl list TASK.yaml --all shows them.");
        }
        return new DdlNumber(Lsn.parse(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    @Override
    public int compareTo(DdlNumber other) {
        int byCommit = commit.compareTo(other.commit);
        return byCommit == 0 ? Integer.compare(ordinal, other.ordinal) : byCommit;
    }

    @Override
    public String toString() {
        return commit + "." + ordinal;
    }
}
