package org.dtssync.app.progress;

/**
 * A command that was posted to a running task.
 *
 * @param id its number
 * @param name the command, as on the command line
 */
public record PostedCommand(long id, String name) {}
