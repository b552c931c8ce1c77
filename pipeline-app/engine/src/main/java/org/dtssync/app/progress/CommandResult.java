package org.dtssync.app.progress;

import java.util.Optional;

/**
 * What came of a posted command.
 *
 * @param finished whether it is over
 * @param result its JSON, if it succeeded
 * @param error what it failed with
 * @param exitCode the exit code of the command line, once it is over
 */
public record CommandResult(boolean finished, Optional<String> result, Optional<String> error, int exitCode) {}
