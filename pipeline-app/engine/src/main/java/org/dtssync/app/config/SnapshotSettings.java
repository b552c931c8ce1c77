package org.dtssync.app.config;

/**
 * Section {@code snapshot}.
 *
 * @param workers how many chunks are copied in parallel
 * @param chunkRows approximate number of rows per chunk
 */
public record SnapshotSettings(int workers, int chunkRows) {}
