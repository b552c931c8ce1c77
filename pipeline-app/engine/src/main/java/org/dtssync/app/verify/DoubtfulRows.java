package org.dtssync.app.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The suspected rows of one table that are not yet decided, with the state of both ends when they were last read. */
final class DoubtfulRows {

    private final ComparedTable table;
    private final Map<List<String>, EndPair<RowState>> last = new HashMap<>();
    private List<List<String>> open;

    DoubtfulRows(Suspects suspects) {
        this.table = suspects.table();
        this.open = suspects.keys();
    }

    int size() {
        return open.size();
    }

    ComparedTable table() {
        return table;
    }

    /** Reads the rows again and returns those that are proven to differ. The others stay, unless they are equal now. */
    Map<List<String>, EndPair<RowState>> read(Session session) throws InterruptedException {
        Map<List<String>, EndPair<RowState>> proven = new HashMap<>();
        List<List<String>> stillOpen = new ArrayList<>();
        SuspectReader.read(new Suspects(table, open), session).forEach((key, now) -> {
            EndPair<RowState> before = last.put(key, now);
            if (now.source().sum().equals(now.destination().sum()) || isFoundUnderItsOwnKey(key, now)) {
                last.remove(key);
            } else if (now.equals(before)) {
                proven.put(key, now);
                last.remove(key);
            } else {
                stillOpen.add(key);
            }
        });
        open = stillOpen;
        return proven;
    }

    /** Keys can be equal and print differently (1.0 and 1.00): the source's spelling is a suspect of its own. */
    private static boolean isFoundUnderItsOwnKey(List<String> key, EndPair<RowState> now) {
        return now.source().sum().rows() > 0 && !now.source().key().equals(key);
    }
}
