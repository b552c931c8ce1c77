package org.dtssync.app.verify;

import java.util.Locale;

/** One of the two databases that are compared. */
enum End {
    SOURCE,
    DESTINATION;

    /** Returns the word for messages. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
