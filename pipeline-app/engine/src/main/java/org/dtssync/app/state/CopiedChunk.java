package org.dtssync.app.state;

import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;

/**
 * A chunk whose rows are in the destination's open transaction.
 *
 * @param chunk the chunk
 * @param rows how many rows
 * @param bytes how many bytes of COPY text
 * @param lsn the end of the source's WAL after its rows were read; what they show was written before it
 * @param visibleSnapshot text of the snapshot its rows were read under, for a table without a key
 */
public record CopiedChunk(Chunk chunk, long rows, long bytes, Lsn lsn, Optional<String> visibleSnapshot) {}
