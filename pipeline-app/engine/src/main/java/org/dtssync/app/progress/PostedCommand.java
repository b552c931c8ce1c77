package org.dtssync.app.progress;

/**
 * A command that was posted to a running task.
 *
 * @param id its number
 * @param name the command, as on the command line
 * @param options its options, as on the command line, separated by spaces; may be empty
 */
public record PostedCommand(long id, String name, String options) {}
