package org.dtssync.connectors.kafka;

import java.util.Map;
import java.util.Properties;

/** Puts client properties together: ours first, the task file's over them, what must be so last. */
public final class ClientProperties {

    private ClientProperties() {}

    /** Returns the user's properties over defaults of ours. */
    public static Properties of(Map<String, String> user, Map<String, String> defaults) {
        Properties properties = new Properties();
        properties.putAll(defaults);
        properties.putAll(user);
        return properties;
    }

    /** Returns the user's properties over defaults of ours, and over both what correctness needs. */
    public static Properties of(Map<String, String> user, Map<String, String> defaults, Map<String, String> required) {
        Properties properties = of(user, defaults);
        properties.putAll(required);
        return properties;
    }
}
