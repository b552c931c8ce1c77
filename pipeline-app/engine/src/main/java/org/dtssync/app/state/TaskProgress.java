package org.dtssync.app.state;

import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The progress of a task.
 *
 * @param task the task's name
 * @param phase the phase it is in
 * @param sourceSystemIdentifier the source server's system identifier, once prepared
 * @param consistencyPoint the LSN from which on the destination is a prefix of the source
 * @param error why it stopped
 */
public record TaskProgress(
        String task,
        Phase phase,
        Optional<String> sourceSystemIdentifier,
        Optional<Lsn> consistencyPoint,
        Optional<String> error) {}
