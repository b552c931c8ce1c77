package org.dtssync.schemas;

/**
 * What a task keeps of its topics from its beginning on.
 *
 * @param values how values are written
 * @param layout where the task's own topics are
 */
public record TopicForm(TopicValues values, TopicNames.Layout layout) {

    /** The form of a task that a release prepared which knew no other. */
    public static final TopicForm EARLIEST = new TopicForm(TopicValues.TEXT, TopicNames.Layout.TOGETHER);
}
