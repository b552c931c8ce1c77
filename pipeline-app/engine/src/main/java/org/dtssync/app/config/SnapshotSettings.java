package org.dtssync.app.config;

/**
 * Section {@code snapshot}.
 *
 * @param workers how many chunks are copied at a time
 * @param chunkRows about how many rows a chunk has
 */
public record SnapshotSettings(int workers, int chunkRows) {}
