package org.dtssync.app.state;

import java.util.Optional;

/**
 * A command that was posted to a running task.
 *
 * @param id its number
 * @param name the command, as on the command line
 * @param options its options, as on the command line, separated by spaces; may be empty
 * @param author who posted it; empty if an earlier release did
 */
public record PostedCommand(long id, String name, String options, Optional<Author> author) {}
