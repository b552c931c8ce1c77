package org.dtssync.app.state;

import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The structure a table is captured with, and since when.
 *
 * @param structure its fingerprint
 * @param earlier the fingerprint before the last accepted change
 * @param changedAt commits up to here may have been written under the earlier structure; zero if there was none
 * @param applyAfter commits up to here are in the table's last copy already; zero if it was loaded once only
 */
public record RecordedStructure(String structure, Optional<String> earlier, Lsn changedAt, Lsn applyAfter) {}
