package org.dtssync.app.tasks;

import java.util.Optional;

/**
 * A live setting that applies now.
 *
 * @param key its name, as in the task file
 * @param value as text
 * @param until when it ends by itself, ISO 8601 in UTC; empty: until it is changed
 * @param setBy who set it; empty if unknown
 * @param setAt when, ISO 8601 in UTC
 */
public record LiveSettingReport(
        String key, String value, Optional<String> until, Optional<String> setBy, String setAt) {}
