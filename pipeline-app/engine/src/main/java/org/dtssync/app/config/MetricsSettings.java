package org.dtssync.app.config;

/**
 * Where the metrics of a run can be read. Immutable.
 *
 * @param host the name or address that is listened at
 * @param port its port; 0 for any free one
 */
public record MetricsSettings(String host, int port) {}
