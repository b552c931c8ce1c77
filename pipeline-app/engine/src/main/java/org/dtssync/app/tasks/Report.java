package org.dtssync.app.tasks;

/** The requested output, as text for people and as JSON for programs. */
public interface Report {

    /** Returns lines for people, the last one not ended. */
    String text();

    /** Returns one JSON object on one line. */
    String json();
}
