package org.dtssync.app.state;

import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The shape a table is captured with, and since when.
 *
 * @param structure its fingerprint
 * @param earlier the fingerprint before the last accepted change
 * @param changedAt commits up to here may have been written with the earlier shape; zero if there was none
 * @param applyAfter commits up to here are in the table's last copy already; zero if it was loaded only once
 */
public record RecordedShape(String structure, Optional<String> earlier, Lsn changedAt, Lsn applyAfter) {}
