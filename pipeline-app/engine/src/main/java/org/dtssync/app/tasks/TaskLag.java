package org.dtssync.app.tasks;

import java.util.Optional;
import org.dtssync.app.state.DdlFigures;

/**
 * How far the destination is behind, at one moment.
 *
 * @param millis age of the oldest heartbeat that is not applied, in milliseconds; empty if a database cannot be reached
 * @param bytes WAL between the source's end and the applied position, in bytes; empty if it is not known
 * @param baseSeconds how long the topics still have everything that follows the newest base, in seconds; empty: forever, or there is none
 * @param ddl commands that change the structure
 */
public record TaskLag(Optional<Long> millis, Optional<Long> bytes, Optional<Long> baseSeconds, DdlFigures ddl) {}
