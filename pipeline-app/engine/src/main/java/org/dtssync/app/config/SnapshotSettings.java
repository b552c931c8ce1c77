package org.dtssync.app.config;

/**
 * Section {@code snapshot}.
 *
 * @param workers how many chunks are copied in parallel
 * @param chunkRows approximate number of rows per chunk
 * @param rowsPerSecond limit of rows that all workers together copy per second; 0 for no limit
 */
public record SnapshotSettings(int workers, int chunkRows, long rowsPerSecond) {}
