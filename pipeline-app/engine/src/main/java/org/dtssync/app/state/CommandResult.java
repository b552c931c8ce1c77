package org.dtssync.app.state;

import java.util.Optional;

/**
 * The result of a posted command.
 *
 * @param finished whether it is over
 * @param result its JSON, if it succeeded
 * @param error what it failed with
 * @param exitCode the exit code of the command line, once it is over
 * @param progress its progress as a JSON object, if there is any yet: the step of a switch, or the rows that were verified
 */
public record CommandResult(
        boolean finished, Optional<String> result, Optional<String> error, int exitCode, Optional<String> progress) {}
