package org.dtssync.connectors.kafka;

import java.util.Map;
import java.util.Properties;
import org.dtssync.connectors.secrets.FileReferences;

/** Combines client properties, with secrets in files as they are now: our defaults, overridden by the task file, overridden by what correctness needs. */
public final class ClientProperties {

    private ClientProperties() {}

    /** Returns the user's properties on top of our defaults. */
    public static Properties of(Map<String, String> user, Map<String, String> defaults) {
        Properties properties = new Properties();
        properties.putAll(defaults);
        properties.putAll(FileReferences.resolve(user));
        return properties;
    }

    /** Returns the user's properties on top of our defaults, and on top of both what correctness needs. */
    public static Properties of(Map<String, String> user, Map<String, String> defaults, Map<String, String> required) {
        Properties properties = of(user, defaults);
        properties.putAll(required);
        return properties;
    }
}
