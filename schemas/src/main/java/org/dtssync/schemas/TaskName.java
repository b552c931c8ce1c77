package org.dtssync.schemas;

/**
 * The name of a task, and every name that follows from it: an operator finds all of a task by them.
 *
 * @param text {@code [a-z][a-z0-9_]{0,39}}, as the task file has it
 */
public record TaskName(String text) {

    private static final String PREFIX = "dts_sync_";

    private static final String REVERSE = "_reverse";

    /** Returns the name of the replication slot at the source. */
    public String slot() {
        return PREFIX + text;
    }

    /** Returns the name of the publication at the source. */
    public String publication() {
        return PREFIX + text;
    }

    /** Returns the application name of every session that may write, by which a successor finds and ends them. */
    public String applicationName() {
        return PREFIX + text;
    }

    /** Returns the application name of sessions that only read: no successor ends them. */
    public String readerName() {
        return applicationName() + "_status";
    }

    /** Returns the transactional id of the producer, by which the broker fences an earlier instance. */
    public String transactionalId() {
        return PREFIX + text;
    }

    /** Returns the names of the task's topics. */
    public TopicNames topics() {
        return new TopicNames(text);
    }

    /** Returns the name of the task in the other direction. */
    public TaskName reverse() {
        return new TaskName(
                text.endsWith(REVERSE) ? text.substring(0, text.length() - REVERSE.length()) : text + REVERSE);
    }

    @Override
    public String toString() {
        return text;
    }
}
