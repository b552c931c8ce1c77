package org.dtssync.app.config;

import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Section {@code source}.
 *
 * @param database how to reach it
 */
public record SourceSettings(DatabaseSettings database) {}
