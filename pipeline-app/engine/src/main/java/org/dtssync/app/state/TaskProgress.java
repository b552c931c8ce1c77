package org.dtssync.app.state;

import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;

/**
 * How far a task is.
 *
 * @param task the task's name
 * @param phase the phase it is in
 * @param sourceSystemIdentifier the source server's system identifier, once prepared
 * @param consistencyPoint the LSN from which on the destination is a prefix of the source
 * @param error what it stopped for
 */
public record TaskProgress(
        String task,
        Phase phase,
        Optional<String> sourceSystemIdentifier,
        Optional<Lsn> consistencyPoint,
        Optional<String> error) {}
