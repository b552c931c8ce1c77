package org.dtssync.app.ddl;

/** How much of the structure the destination has when a command is repeated there. */
public enum LoadStage {
    /** All of it, and its rows are those of the source at each command. */
    WHOLE,
    /** What rows depend on. Indexes, triggers, rules and constraints are made from a list once the rows are there. */
    FIRST_LOAD,
    /** All of it, but the rows of some tables are not there yet. What they do not satisfy is made from the same list. */
    LATER_LOAD
}
