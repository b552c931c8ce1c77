package org.dtssync.app.structure.pgdump;

import java.util.List;

/**
 * What a custom-format archive says before its data.
 *
 * @param format the version of the archive's format, such as 1.16
 * @param server the version of the server it was made from
 * @param program the version of the program that made it
 * @param entries the table of contents, each entry after those it depends on
 */
record Archive(String format, String server, String program, List<TocEntry> entries) {

    Archive {
        entries = List.copyOf(entries);
    }

    /** Returns the major version of the server. */
    int major() {
        return Integer.parseInt(server.replaceFirst("\\D.*", ""));
    }
}
