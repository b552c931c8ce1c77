package org.dtssync.connectors.kafka;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** A Kafka property that its client refuses. Stateless. */
public final class BadProperty {

    private static final Pattern INVALID = Pattern.compile("for configuration ([\\w.]+)(?:: (.*))?", Pattern.DOTALL);
    private static final Pattern MISSING = Pattern.compile("Missing required configuration \"([\\w.]+)\".*");

    private BadProperty() {}

    /** Returns a sentence that names the property; empty if the error has another cause. */
    public static Optional<SyncException> of(Throwable error) {
        return Stream.iterate(error, java.util.Objects::nonNull, Throwable::getCause)
                .filter(ConfigException.class::isInstance)
                .findFirst()
                .map(found -> explain((ConfigException) found));
    }

    private static SyncException explain(ConfigException error) {
        String message = error.getMessage() == null ? "" : error.getMessage();
        if (message.contains("No resolvable bootstrap urls")) {
            return fault(
                    "No host of kafka.bootstrap.servers can be resolved.", "Correct kafka.bootstrap.servers.", error);
        }
        if (message.startsWith("Invalid url in bootstrap.servers")
                || message.startsWith("Invalid port in bootstrap.servers")) {
            return fault(
                    "An address in kafka.bootstrap.servers is not host:port" + message.substring(message.indexOf(':'))
                            + ".",
                    "Write for example 127.0.0.1:9092; several are separated by commas.",
                    error);
        }
        Matcher invalid = INVALID.matcher(message);
        if (invalid.find()) {
            String key = invalid.group(1);
            // What follows may repeat a value.
            String why = invalid.group(2) == null || isSecret(key) ? "" : ": " + withoutEnd(invalid.group(2));
            return fault(
                    "Property kafka." + key + " of the task file has a value that Kafka's client refuses" + why + ".",
                    "Correct kafka." + key + ".",
                    error);
        }
        Matcher missing = MISSING.matcher(message);
        if (missing.find()) {
            return fault(
                    "Property kafka." + missing.group(1) + " is missing in the task file.",
                    "Set kafka." + missing.group(1) + ".",
                    error);
        }
        return fault(
                "Kafka's client refuses the properties in section kafka of the task file.",
                "Correct kafka.bootstrap.servers and the properties next to it.",
                error);
    }

    private static boolean isSecret(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return Stream.of("password", "jaas", "key", "secret", "token", "certificate")
                .anyMatch(lower::contains);
    }

    private static String withoutEnd(String text) {
        return text.strip().replaceFirst("\\.$", "");
    }

    private static SyncException fault(String what, String remedy, Throwable cause) {
        return new SyncException(FaultKind.USAGE, what, remedy, cause);
    }
}
