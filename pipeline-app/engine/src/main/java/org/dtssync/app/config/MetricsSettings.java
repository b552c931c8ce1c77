package org.dtssync.app.config;

/**
 * Where a run serves its metrics. Immutable.
 *
 * @param host the name or address to listen on
 * @param port its port; 0 for any free one
 */
public record MetricsSettings(String host, int port) {}
