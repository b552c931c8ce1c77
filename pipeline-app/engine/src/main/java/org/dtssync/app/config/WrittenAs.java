package org.dtssync.app.config;

/** A choice that is written in the task file in another form than the name of its constant gives. */
interface WrittenAs {

    /** Returns how it is written. */
    String written();
}
