package org.dtssync.app.precheck;

import java.util.Map;
import org.dtssync.app.config.NearestKey;
import org.dtssync.connectors.avro.RegistryClientSettings;

/** What the task file says about the schema registry. */
final class RegistryChecks {

    private RegistryChecks() {}

    /** Unknown ones are ignored, so a misspelled property would have no effect. */
    static void properties(Ends ends, Findings findings) {
        Map<String, String> properties = ends.task().registry().properties();
        RegistryClientSettings.unknown(properties)
                .forEach(key -> findings.warn(
                        "registry." + key,
                        "Property registry." + key
                                + " of the task file is unknown: it has no effect, unless a converter that the task file"
                                + " names reads it.",
                        "Did you mean registry." + NearestKey.of(key, RegistryClientSettings.known())
                                + "? Correct or remove it."));
        findings.passIfNothingFound("registry", "Every property of section registry is known.");
    }
}
